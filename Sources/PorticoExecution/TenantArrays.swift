import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

extension RequestBinding {
    /// So many tenants and more travel in PostgreSQL's binary form, which it reads in two thirds
    /// (texts) or two fifths (UUIDs) of the time of the text; such statements are not merged with
    /// others, whose keys each would repeat the list.
    static let tenantsInBinary = 256

    /// The type of the tenants that a source stands for; `nil` for other sources.
    static func tenantType(_ source: ParameterSource) -> ColumnType? {
        switch source {
        case .tenants(let type): type
        case .viewer(.tenants, let form): form.column
        default: nil
        }
    }

    /// All tenants that the viewer reaches, as an array: encoded once for as long as they are the
    /// same.
    static func tenants(of viewer: Viewer, _ type: ColumnType) -> ParameterValue {
        switch viewer.tenantList.encoded(for: type, encode) {
        case .missing: .null
        case .text(let bytes): .text(bytes)
        case .binary(let bytes): .binary(bytes)
        }
    }

    private static func encode(_ tenants: [String], _ type: ColumnType) -> TenantList.Encoded {
        // An array in binary names the type of its elements, which only PostgreSQL knows of an
        // extension's.
        if tenants.count >= tenantsInBinary, type != .citext, let key = KeyType(type) {
            return binary(tenants, type, key).map { .binary($0) } ?? .missing
        }
        // What a column cannot hold is null, and no row's column equals null.
        let value = InputValue.list(tenants.map(InputValue.string))
        return (try? ValueEncoding.text(value, ValueForm(type, isList: true))).map { .text($0) } ?? .missing
    }

    private static func binary(_ tenants: [String], _ type: ColumnType, _ key: KeyType) -> [UInt8]? {
        var array = BinaryArray(elementType: key.elementOID, capacity: tenants.count * 24)
        for tenant in tenants {
            // As any other value of the column is checked and spelled.
            guard let text = try? ValueEncoding.text(.string(tenant), ValueForm(type)), let element = binary(text, key)
            else {
                return nil
            }
            element.withUnsafeBytes { array.append($0) }
        }
        guard case .binary(let bytes) = array.finish() else { return nil }
        return bytes
    }

    /// A value that was checked and spelled for its column, in PostgreSQL's binary form.
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
