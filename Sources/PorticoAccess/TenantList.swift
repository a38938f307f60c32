import ExactText
import PorticoCatalog
import Synchronization

/// The tenants that a viewer reaches, from one reading of their tree, with encoded forms.
///
/// There may be a hundred thousand. A new reading with the same result keeps this object, so that
/// they are encoded once per column type, not per statement, and requests share the bytes.
public final class TenantList: Sendable, Hashable {
    /// The tenants as a parameter of a statement.
    public enum Encoded: Sendable {
        /// The column cannot hold one of them.
        case missing
        /// In PostgreSQL's text form.
        case text([UInt8])
        /// In PostgreSQL's binary form.
        case binary([UInt8])
    }

    public let ids: [String]
    /// Of all ids.
    private let byteCount: Int
    private let arrays = Mutex<[ColumnType: Encoded]>([:])

    public init(_ ids: [String]) {
        self.ids = ids
        byteCount = ids.reduce(0) { $0 + $1.utf8.count }
    }

    /// Compares bytes.
    public static func == (left: TenantList, right: TenantList) -> Bool {
        left === right
            || left.byteCount == right.byteCount && left.ids.elementsEqual(right.ids) { $0.hasSameBytes(as: $1) }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ids.count)
        hasher.combine(byteCount)
    }

    /// The tenants encoded for columns of a type. `encode` is called on first use, which takes a
    /// while for many tenants (``bytesToEncode(for:)``). Callable on any thread, without waiting.
    public func encoded(for type: ColumnType, _ encode: ([String], ColumnType) -> Encoded) -> Encoded {
        if let known = arrays.withLock({ $0[type] }) { return known }
        let made = encode(ids, type)
        return arrays.withLock { arrays in
            if let known = arrays[type] { return known }
            arrays[type] = made
            return made
        }
    }

    /// Bytes of ids that remain to be encoded for a type of column; 0 if they are encoded.
    public func bytesToEncode(for type: ColumnType) -> Int {
        // A short list is cheap either way.
        if byteCount < 4096 { return byteCount }
        return arrays.withLock { $0[type] == nil } ? byteCount : 0
    }
}
