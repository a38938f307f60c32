/// Which snapshots of the database the loads of one request see.
public enum Consistency: String, Sendable, CaseIterable {
    /// Each statement sees the snapshot taken when it begins.
    case statement
    /// All statements see the snapshot of the first one.
    case request
}
