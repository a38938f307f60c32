import ExactText
import PorticoCatalog
import Synchronization

/// The tenants that a viewer reaches, as one reading of their tree gave them, and what statements
/// are told of them.
///
/// There may be a hundred thousand. Whoever reads the tree again and finds the same keeps this
/// object, so that they are encoded once for each type of column and not once for each statement,
/// and every request shares the bytes.
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

    /// Equal where the bytes are.
    public static func == (left: TenantList, right: TenantList) -> Bool {
        left === right
            || left.byteCount == right.byteCount && left.ids.elementsEqual(right.ids) { $0.hasSameBytes(as: $1) }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ids.count)
        hasher.combine(byteCount)
    }

    /// What the tenants are for columns of a type; `encode` is called where that is not known yet,
    /// which takes a while for many (``bytesToEncode(for:)``). Any thread may ask; none waits while
    /// another encodes.
    public func encoded(for type: ColumnType, _ encode: ([String], ColumnType) -> Encoded) -> Encoded {
        if let known = arrays.withLock({ $0[type] }) { return known }
        let made = encode(ids, type)
        return arrays.withLock { arrays in
            if let known = arrays[type] { return known }
            arrays[type] = made
            return made
        }
    }

    /// Bytes of the ids that are to be encoded for a type of column before they can be told; 0
    /// where that was done.
    public func bytesToEncode(for type: ColumnType) -> Int {
        // For few it does not matter.
        if byteCount < 4096 { return byteCount }
        return arrays.withLock { $0[type] == nil } ? byteCount : 0
    }
}
