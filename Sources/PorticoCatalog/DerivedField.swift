/// A field derived from a list field; readable by exactly the viewers that may read the list.
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
