/// How a row's tenant is found.
public enum Isolation: Sendable, Hashable {
    /// `isolation: tenantId`
    case column(ColumnBinding)
    /// `isolation: ticket.tenantId`: to-one relations, then a column of the last target.
    case path([RelationBinding], ColumnBinding)
    /// `isolation: none`: the rows belong to no tenant; only rules apply.
    case none
    /// Not stated: only roles with `crossTenant` may read the type.
    case unstated
}

extension Isolation {
    /// The columns of the type's own table that identify a row's tenant.
    public var columns: [ColumnBinding] {
        switch self {
        case .column(let column): [column]
        case .path(let relations, _): relations.first?.locals ?? []
        case .none, .unstated: []
        }
    }
}
