/// The table and columns that define the hierarchy of tenants.
public struct TenantTableColumns: Sendable, Equatable {
    public var table = "tenants"
    public var id = "id"
    /// `nil` if no tenant is below another.
    public var parent: String? = "parent_id"
    public var status: StatusColumn? = StatusColumn(column: "status", active: "active")

    public init() {}
}
