import JSONBytes
import PorticoCatalog

/// The global id of a row: base64url of a version, the type's name and the key as PostgreSQL sends
/// it in binary.
///
/// It hides nothing and proves nothing; what it names is looked up under the same rules as any row.
public enum NodeID {
    /// Of the form. Another form of ids gets another number.
    static let version: UInt8 = 1
    /// Characters of an id (default 4,096), beyond which it is not decoded: against ids that are
    /// work to read. No index of PostgreSQL holds a longer key.
    static let longest = 4_096

    /// The bytes before the key.
    public static func prefix(type: String) -> [UInt8] { [version] + Array(type.utf8) + [0] }

    /// The name of the type inside an id; `nil` for what is no id.
    static func type(of id: String) -> String? { parts(of: id).map { String(decoding: $0.type, as: UTF8.self) } }

    /// The key inside an id of the type, in PostgreSQL's binary form; `nil` for what is no id,
    /// names another type, or holds what the column's type cannot be read from: PostgreSQL would
    /// raise where there just is no such row.
    public static func key(of id: String, type: String, column: ColumnType) -> [UInt8]? {
        guard let parts = parts(of: id), parts.type.elementsEqual(type.utf8), isReadable(parts.key, as: column) else {
            return nil
        }
        return Array(parts.key)
    }

    private static func parts(of id: String) -> (type: ArraySlice<UInt8>, key: ArraySlice<UInt8>)? {
        guard id.utf8.count <= longest, let bytes = decodeBase64URL(Array(id.utf8)), bytes.first == version,
            let end = bytes.dropFirst().firstIndex(of: 0)
        else { return nil }
        return (bytes[1..<end], bytes[(end + 1)...])
    }

    private static func isReadable(_ key: ArraySlice<UInt8>, as column: ColumnType) -> Bool {
        switch column {
        case .text, .varchar, .bpchar, .citext: !key.contains(0) && String(validating: key, as: UTF8.self) != nil
        case .uuid: key.count == 16
        case .int2: key.count == 2
        case .int4: key.count == 4
        case .int8: key.count == 8
        case .float4, .float8, .numeric, .bool, .timestamptz, .timestamp, .date, .json, .jsonb, .enum, .array: false
        }
    }
}
