/// The object type whose fields a derived type's fields stand for.
public enum DerivedType: Sendable, Hashable {
    /// `TicketFilter`: a field for each field of the type, and `and`, `or`, `not`.
    case filter(of: String)
    /// `TicketListFilter`: `some`, `every`, `none`.
    case listFilter(of: String)
    /// `TicketOrder`: a field for each field that a list may be ordered by.
    case order(of: String)
    /// `TicketAggregate`: `count`, types of values, and `groupBy` if rows can be grouped.
    case aggregate(of: String)
    /// `TicketMinMax`, `TicketSum`, `TicketAverage`, `TicketGroupValues`: some of its fields.
    case values(of: String)
    /// `TicketGroupKey`: `field`, and `per` if one of the fields is a date.
    case groupKey(of: String)
    /// `TicketGroupField`: a value for each field that rows can be grouped by; see
    /// ``TypeBinding/groupColumn(_:)``.
    case groupField(of: String)

    var type: String {
        switch self {
        case .filter(let type), .listFilter(let type), .order(let type), .aggregate(let type), .values(let type),
            .groupKey(let type), .groupField(let type):
            type
        }
    }
}
