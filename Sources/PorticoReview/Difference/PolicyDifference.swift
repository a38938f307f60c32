import PorticoAccess
import PorticoCatalog

/// What changes for which viewers when one set of rules replaces another.
///
/// Pure, without a database: statements about rows are those that the conditions themselves prove;
/// actual rows are counted elsewhere.
public struct PolicyDifference: Sendable, Equatable {
    /// By role, then limits and reach before types, each with the tenants of the affected viewers.
    public var changes: [AccessChange]

    public var isEmpty: Bool { changes.isEmpty }
    public var direction: AccessDirection { changes.reduce(into: []) { $0.formUnion($1.direction) } }
}

/// One change for the viewers of one role in some tenants.
public struct AccessChange: Sendable, Hashable {
    public var role: String
    public var tenants: TenantGroup
    public var subject: Subject
    public var direction: AccessDirection

    public enum Subject: Sendable, Hashable {
        /// The role is new; what it may read follows as new types.
        case roleCame
        case roleWent
        /// The tenants' files were invalid, or are now: their viewers are not served.
        case served(Bool)
        case reach(Reach, Reach)
        case limit(RequestLimit, old: Int, new: Int)
        case type(TypeChange)
    }
}

/// What changes in reading one type.
public struct TypeChange: Sendable, Hashable {
    public enum Presence: Sendable, Hashable { case came, went, stays }

    public var type: String
    public var presence: Presence
    /// Sorted, as are the others.
    public var gained: [String]
    public var lost: [String]
    /// Fields that now show another column, or follow another relation.
    public var rebound: [String]
    /// The row conditions in words, if they differ or were added or removed with the type.
    public var rows: Replacement?
    /// The paths to the tenant, if they differ.
    public var isolation: Replacement?

    /// Old and new in words; `nil` for nothing.
    public struct Replacement: Sendable, Hashable {
        public var old: String?
        public var new: String?
        public var direction: AccessDirection
    }
}
