/// How long the stages of one request took, in nanoseconds; `nil` where a stage did not take place.
///
/// Their sum is less than ``total``: looking up who asks, waiting for another thread and coercing
/// variables are stages of nobody.
public struct StageTimes: Sendable, Equatable {
    public enum Stage: String, Sendable, CaseIterable { case parse, validate, plan, database, write }

    /// Of the document; like ``validate`` only when it was not in the cache.
    public var parse: Int?
    public var validate: Int?
    /// Only when no plan was in the cache.
    public var plan: Int?
    /// From the first statement's sending to the last one's rows, the wait for a connection
    /// included.
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
