/// Durations of one request's stages in nanoseconds; `nil` for a stage that did not take place.
///
/// Their sum is less than ``total``: authentication, waiting for another thread and coercing
/// variables belong to no stage.
public struct StageTimes: Sendable, Equatable {
    public enum Stage: String, Sendable, CaseIterable { case parse, validate, plan, database, write }

    /// Of the document; like ``validate``, only if it was not cached.
    public var parse: Int?
    public var validate: Int?
    /// Only if no plan was cached.
    public var plan: Int?
    /// From the first statement to the last one's rows, including waits for a connection.
    public var database: Int?
    /// From the last rows to the finished body.
    public var write: Int?
    /// From ``GraphQLRequest/receivedAt`` to the finished body.
    public var total = 0

    public init() {}

    public subscript(_ stage: Stage) -> Int? {
        switch stage {
        case .parse: parse
        case .validate: validate
        case .plan: plan
        case .database: database
        case .write: write
        }
    }
}
