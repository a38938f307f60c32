/// A column and its value in active rows, compared as text.
public struct StatusColumn: Sendable, Equatable {
    public var column: String
    public var active: String
}
