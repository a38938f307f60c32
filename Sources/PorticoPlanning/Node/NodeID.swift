import JSONBytes
import PorticoCatalog

/// The global id of a row: base64url of a version, the type's name and the key in PostgreSQL's
/// binary form; each column of a composite key is preceded by its length.
///
/// It is neither secret nor signed; the row is looked up under the same rules as any other.
public enum NodeID {
    /// Version of the format.
    static let version: UInt8 = 1
    /// Characters of an id (default 4,096), beyond which it is not decoded. Guards against ids that
    /// are expensive to read. No index of PostgreSQL holds a longer key.
    static let longest = 4_096

    /// The bytes of an id before base64url, for a key in PostgreSQL's binary form.
    public static func bytes(type: String, key: [some Collection<UInt8>]) -> [UInt8] {
        let prefix = [version] + Array(type.utf8) + [0]
        if key.count == 1 { return prefix + key[0] }
        return key.reduce(into: prefix) { bytes, value in
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: value.count).bigEndian) { bytes += $0 }
            bytes += value
        }
    }

    /// The name of the type inside an id; `nil` if it is not an id.
    static func type(of id: String) -> String? { parts(of: id).map { String(decoding: $0.type, as: UTF8.self) } }

    /// The key columns inside an id of the type, in PostgreSQL's binary form. `nil` if it is not an
    /// id, names another type, or holds bytes that a column's type cannot be read from: PostgreSQL
    /// would raise an error where there just is no such row.
    public static func key(of id: String, type: String, columns: [ColumnType]) -> [[UInt8]]? {
        guard let (name, key) = parts(of: id), name.elementsEqual(type.utf8),
            let values = columns.count == 1 ? [key] : split(key, into: columns.count)
        else { return nil }
        for (value, column) in zip(values, columns) where !isReadable(value, as: column) { return nil }
        return values.map(Array.init)
    }

    private static func split(_ key: ArraySlice<UInt8>, into count: Int) -> [ArraySlice<UInt8>]? {
        var rest = key, values: [ArraySlice<UInt8>] = []
        for _ in 0..<count {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard rest.count - 4 >= length else { return nil }
            values.append(rest.dropFirst(4).prefix(length))
            rest = rest.dropFirst(4 + length)
        }
        return rest.isEmpty ? values : nil
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
