import PorticoAccess
import PorticoGateway

/// The limits in force.
public struct GatewayLimits: Sendable, Equatable {
    private var changed: [LimitName: Int] = [:]
    /// Limits of requests, which roles, and tenants below them, may lower.
    public var rules = RuleLimits()

    public init() {}

    /// In the unit of the limit's definition. A loop reads it once, when it is created.
    public subscript(_ name: LimitName) -> Int {
        get { changed[name] ?? name.definition.standard }
        set { changed[name] = newValue }
    }

    public subscript(_ limit: RequestLimit) -> Int {
        get { rules[limit] }
        set { rules[limit] = newValue }
    }
}

extension GatewayLimits {
    /// For verifying tokens off a loop.
    package var tokenChecking: OffloadQueue.Limits {
        .init(running: self[.tokenChecks], waiting: self[.waitingTokenChecks], bytes: .max)
    }

    /// For compressing answers off a loop.
    package var compressing: OffloadQueue.Limits { .init(running: self[.compressions], bytes: self[.compressionBytes]) }

    /// For writing long answers off a loop.
    package var answering: OffloadQueue.Limits { .init(running: self[.largeAnswers], bytes: .max) }

    /// For processing large requests off a loop.
    package var offloading: OffloadQueue.Limits {
        .init(running: self[.largeRequests], bytes: self[.largeRequestBytes])
    }
}
