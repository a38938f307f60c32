import PorticoPlanning

/// Measurements of one load of one request. Times are nanoseconds of the execution's clock.
public struct LoadMeasurement: Sendable {
    public let load: Load
    public let startedAt: Int
    /// `nil` if the request ended before the rows arrived.
    public let endedAt: Int?
    public let rows: Int
    /// PostgreSQL refused the statement.
    public var isFailed = false
}
