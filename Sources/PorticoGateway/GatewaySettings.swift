import GraphQLLanguage
import GraphQLValidation
import PorticoExecution
import PorticoPlanning

/// The gateway's sizes; what a request may take stands in its viewer's ``RuleLimits``.
public struct GatewaySettings: Sendable {
    /// What holds where a request does not say.
    public var consistency = Consistency.statement
    /// Bytes of a document above which it is parsed, validated and planned off the loop (default 8
    /// KiB): a large document must not hold up the others.
    public var offloadBytes = 8 << 10
    /// Steps of planning above which it is begun anew off the loop (2,000: a few milliseconds): a
    /// few lines can ask for long filters in many loads.
    public var planningSteps = 2_000
    /// Values of a plan above which they are put together off the loop for each request (2,000: a
    /// millisecond).
    public var boundParameters = 2_000
    /// Bytes of a request above which its body is read, and its values are worked on, off the loop
    /// (32 KiB): up to there they take less than a millisecond.
    public static let largeRequest = 32 << 10
    /// How much of that happens at a time, and waits.
    public var offloading = OffloadQueue.Limits()
    /// Steps of validation above which it is begun anew off the loop (20,000: about a millisecond):
    /// a few lines can repeat fields and fragments that all have to be compared with each other.
    public var validationSteps = 20_000
    /// How much of a request's values and of its answer is worked on on the loop.
    public var turn = TurnBounds()
    /// How many answers are written beside the loop at a time, and wait; their bytes are counted
    /// where their rows are.
    public var answering = OffloadQueue.Limits(bytes: .max)
    /// Bytes that the results and answers of all requests may take together (default 256 MiB):
    /// against many requests that are each within their limits.
    public var answerBytes = 256 << 20
    /// Operations that are kept with their plans (default 2,000): against clients that spell values
    /// into their documents.
    public var cachedOperations = 2_000
    /// Bytes that those operations and their plans take, roughly (default 32 MiB): against many
    /// large ones.
    public var cachedBytes = 32 << 20
    /// Plans of one operation, one for each shape of its variables (default 64): against filters
    /// that never look alike.
    public var plansPerOperation = 64
    /// Whether statements begin with a comment that names their operation and plan.
    public var tagsStatements = true
    /// What `$now` is, in PostgreSQL's text form, for tests of rules; `nil`: the time of each
    /// request.
    public var now: [UInt8]?
    /// Nanoseconds from which on the loads of a request are told one by one; `nil` for never.
    public var slowRequest: Int?

    /// What seals the cursors of connections; the same for all gateways that serve the same
    /// clients.
    public var cursors: any CursorSealing = CursorKey.random()

    public init() {}
}
