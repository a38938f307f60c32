import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

extension RequestBinding {
    /// Number of tenants from which the list is sent in binary, which PostgreSQL reads in two
    /// thirds (texts) or two fifths (UUIDs) of the time. Such statements are not merged, because
    /// each request's keys would repeat the list.
    static let tenantsInBinary = 256

    /// The type of the tenants for a source of tenants; `nil` for other sources.
    static func tenantType(_ source: ParameterSource) -> ColumnType? {
        switch source {
        case .tenants(let type): type
        case .viewer(.tenants, let form): form.column
        default: nil
        }
    }

    /// All tenants that the viewer reaches, as an array; encoded once while they stay the same.
    static func tenants(of viewer: Viewer, _ type: ColumnType) -> ParameterValue {
        switch viewer.tenantList.encoded(for: type, encode) {
        case .missing: .null
        case .text(let bytes): .text(bytes)
        case .binary(let bytes): .binary(bytes)
        }
    }

    private static func encode(_ tenants: [String], _ type: ColumnType) -> TenantList.Encoded {
        // A binary array names its element type, whose OID is not fixed for a type of an extension.
        if tenants.count >= tenantsInBinary, type != .citext, let key = KeyType(type) {
            return binary(tenants, type, key).map { .binary($0) } ?? .missing
        }
        // What a column cannot hold becomes null, which no row's column equals.
        let value = InputValue.list(tenants.map(InputValue.string))
        return (try? ValueEncoding.text(value, ValueForm(type, isList: true))).map { .text($0) } ?? .missing
    }

    private static func binary(_ tenants: [String], _ type: ColumnType, _ key: KeyType) -> [UInt8]? {
        var array = BinaryArray(elementType: key.elementOID, capacity: tenants.count * 24)
        for tenant in tenants {
            // Checked and encoded like any other value of the column.
            guard let text = try? ValueEncoding.text(.string(tenant), ValueForm(type)), let element = binary(text, key)
            else {
                return nil
            }
            element.withUnsafeBytes { array.append($0) }
        }
        guard case .binary(let bytes) = array.finish() else { return nil }
        return bytes
    }

    /// The binary form of a value that was checked and encoded as text for its column.
    private static func binary(_ text: [UInt8], _ key: KeyType) -> [UInt8]? {
        func integer<T: FixedWidthInteger>(_ type: T.Type) -> [UInt8]? {
            T(String(decoding: text, as: UTF8.self)).map { number in withUnsafeBytes(of: number.bigEndian) { Array($0) }
            }
        }
        switch key {
        case .text, .bpchar: return text
        case .int2: return integer(Int16.self)
        case .int4: return integer(Int32.self)
        case .int8: return integer(Int64.self)
        case .uuid:
            var bytes: [UInt8] = []
            var high: UInt8?
            for digit in text where digit != UInt8(ascii: "-") {
                guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
                if let first = high {
                    bytes.append(first << 4 | UInt8(value))
                    high = nil
                } else {
                    high = UInt8(value)
                }
            }
            return bytes.count == 16 && high == nil ? bytes : nil
        }
    }
}
