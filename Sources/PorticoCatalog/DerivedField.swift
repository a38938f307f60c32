/// A field that stands beside a list field because it was derived from it: who may read the list
/// may read it too, and nobody else.
public enum DerivedField: Sendable, Hashable {
    /// `ticketsAggregate` of `tickets`.
    case aggregate(of: String)
    /// `ticketsConnection` of `tickets`.
    case connection(of: String)

    /// The name of the list field.
    public var list: String {
        switch self {
        case .aggregate(let list), .connection(let list): list
        }
    }
}
