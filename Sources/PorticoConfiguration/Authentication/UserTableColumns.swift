/// The table and columns that identify users.
public struct UserTableColumns: Sendable, Equatable {
    /// As written, such as `users` or `app.users`.
    public var table = "users"
    public var id = "id"
    public var role = "role"
    public var tenant = "tenant_id"
    /// `nil` if every row is an active user.
    public var status: StatusColumn? = StatusColumn(column: "status", active: "active")

    public init() {}
}
