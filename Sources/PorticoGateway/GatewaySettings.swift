import GraphQLLanguage
import GraphQLValidation
import PorticoExecution
import PorticoPlanning

/// Sizes of the gateway. What a single request may use is in its viewer's ``RuleLimits``.
public struct GatewaySettings: Sendable {
    /// The consistency of requests that do not ask for one.
    public var consistency = Consistency.statement
    /// Size in bytes above which a document is parsed, validated and planned off the loop (default
    /// 8 KiB), so that a large document does not delay other requests.
    public var offloadBytes = 8 << 10
    /// Planning steps after which planning restarts off the loop (2,000, a few milliseconds).
    /// Guards against short documents with long filters in many loads.
    public var planningSteps = 2_000
    /// Parameters of a plan above which they are bound off the loop (2,000, about a millisecond).
    public var boundParameters = 2_000
    /// Size in bytes above which a request's body is read and its values are processed off the loop
    /// (32 KiB). Smaller ones take less than a millisecond.
    public static let largeRequest = 32 << 10
    /// How much of that work may run or wait at a time.
    public var offloading = OffloadQueue.Limits()
    /// Validation steps after which validation restarts off the loop (20,000, about a millisecond).
    /// Guards against short documents whose repeated fields and fragments must all be compared.
    public var validationSteps = 20_000
    /// How much of a request's values and answer is processed on the loop.
    public var turn = TurnBounds()
    /// How many answers may be written off the loop, or wait. Bytes are counted with their rows.
    public var answering = OffloadQueue.Limits(bytes: .max)
    /// Bytes that the results and answers of all requests may take together (default 256 MiB).
    /// Guards against many requests that are each within their limits.
    public var answerBytes = 256 << 20
    /// Operations that are cached with their plans (default 2,000). Guards against clients that
    /// write values into their documents.
    public var cachedOperations = 2_000
    /// Approximate bytes of those (default 32 MiB). Guards against many large ones.
    public var cachedBytes = 32 << 20
    /// Plans of one operation, one for each shape of its variables (default 64). Guards against
    /// filters that differ in every request.
    public var plansPerOperation = 64
    /// Whether statements begin with a comment that names their operation and plan.
    public var tagsStatements = true
    /// The value of `$now` in PostgreSQL's text form, for tests; `nil` uses each request's time.
    public var now: [UInt8]?
    /// Nanoseconds from which a request's loads are logged one by one; `nil` for never.
    public var slowRequest: Int?

    /// Seals the cursors of connections; the same for all gateways that serve the same clients.
    public var cursors: any CursorSealing = CursorKey.random()

    public init() {}
}
