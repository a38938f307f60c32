import JSONBytes

/// One request of GraphQL over HTTP, independent of HTTP.
public struct GraphQLRequest: Sendable {
    /// The document in UTF-8.
    public var query: [UInt8]
    public var operationName: String?
    public var variables: [JSONMember]
    /// Whether it was sent by a safe method (`GET`).
    public var isReadOnly: Bool
    /// When it arrived, by ``MonotonicClock``; 0 for the moment at which the gateway receives it.
    public var receivedAt = 0
    /// Whether to measure each load (``RequestObservation/loadMeasurements``).
    public var isTraced = false
    /// Whether it is too large to be prepared on the loop.
    public var isLarge = false
    /// Bytes of its body, or of its share of a batch's body, as counted in an ``OffloadQueue``.
    public var bytes = 0
    /// Whether that queue already admitted it for reading its body; then it does not wait again.
    public var isAdmitted = false
    /// Which snapshots its loads see; `nil` uses the setting.
    public var consistency: Consistency?

    public init(query: [UInt8], operationName: String? = nil, variables: [JSONMember] = [], isReadOnly: Bool = false) {
        self.query = query
        self.operationName = operationName
        self.variables = variables
        self.isReadOnly = isReadOnly
    }
}
