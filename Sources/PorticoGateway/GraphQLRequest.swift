import JSONBytes

/// One request as GraphQL over HTTP has it, apart from HTTP.
public struct GraphQLRequest: Sendable {
    /// The document in UTF-8.
    public var query: [UInt8]
    public var operationName: String?
    public var variables: [JSONMember]
    /// It came by a method that must change nothing (`GET`).
    public var isReadOnly: Bool
    /// When it came, by ``MonotonicClock``; 0 stands for the moment in which the gateway gets it.
    public var receivedAt = 0
    /// Somebody asks what each load took (``RequestObservation/loadMeasurements``).
    public var isTraced = false
    /// It came with so much that what is made of it would hold the loop: its values are coerced,
    /// planned with and bound beside it.
    public var isLarge = false
    /// Bytes of its body, or of its share of a batch's: what it counts while it waits for its turn
    /// beside the loop.
    public var bytes = 0
    /// It has had that turn: its body was read in it.
    public var hasHadTurn = false
    /// Which moments its loads see; `nil` leaves it to the settings.
    public var consistency: Consistency?

    public init(query: [UInt8], operationName: String? = nil, variables: [JSONMember] = [], isReadOnly: Bool = false) {
        self.query = query
        self.operationName = operationName
        self.variables = variables
        self.isReadOnly = isReadOnly
    }
}
