/// The limits of the listener and of one request, by name: what `limits:` of `config/gateway.yaml` may set.
public enum LimitName: String, Sendable, Hashable, CaseIterable {
    case requestTimeout
    case connections, requestLine, headers, body, readAhead
    case headerTimeout, bodyTimeout, idleTimeout, writeTimeout, halfClosedTimeout, shutdownTimeout
    case first, maximumFirst, maximumOffset, depth, cost
    case batch, persistedDocuments, persistedBytes
}

/// One limit: its unit, what it is unless the file says otherwise, the values that make sense, and what it stands against.
public struct LimitDefinition: Sendable {
    public enum Unit: Sendable { case milliseconds, bytes, count }

    public let unit: Unit
    public let standard: Int
    public let range: ClosedRange<Int>
    public let reason: String

    init(_ unit: Unit, _ standard: Int, _ range: ClosedRange<Int>, _ reason: String) {
        self.unit = unit
        self.standard = standard
        self.range = range
        self.reason = reason
    }
}

extension LimitName {
    public var definition: LimitDefinition {
        let hour = 3_600_000, gibibyte = 1 << 30
        return switch self {
        case .requestTimeout: .init(.milliseconds, 10_000, 10...hour, "a request is answered TIMEOUT then; stands against queries that hold connections for ever")
        case .connections: .init(.count, 10_000, 1...1_000_000, "open connections of one worker; stands against running out of descriptors")
        case .requestLine: .init(.bytes, 16 << 10, 256...(1 << 20), "holds a GET with its query; stands against a line that never ends")
        case .headers: .init(.bytes, 32 << 10, 256...(1 << 20), "all header lines of a request; stands against a head that never ends")
        case .body: .init(.bytes, 1 << 20, 1024...gibibyte, "stands against bodies that fill the memory")
        case .readAhead: .init(.bytes, 64 << 10, 4096...gibibyte, "what is taken from a client while an earlier request of it is being answered; stands against endless pipelines")
        case .headerTimeout: .init(.milliseconds, 10_000, 100...hour, "from a request's first byte to the end of its head, and for a TLS handshake; stands against clients that drip")
        case .bodyTimeout: .init(.milliseconds, 30_000, 100...hour, "from the end of the head to the end of the body; stands against clients that drip")
        case .idleTimeout: .init(.milliseconds, 75_000, 100...hour, "between two requests; stands against connections that are kept for nothing")
        case .writeTimeout: .init(.milliseconds, 30_000, 100...hour, "without the client fetching a byte of an answer; stands against clients that stop reading")
        case .halfClosedTimeout: .init(.milliseconds, 2000, 0...hour, "how long a client that has ended its sending is still answered; one that is gone looks the same")
        case .shutdownTimeout: .init(.milliseconds, 15_000, 0...hour, "how long requests in flight may take once the server is told to stop")
        case .first: .init(.count, 50, 0...1_000_000, "rows of a list without `first`")
        case .maximumFirst: .init(.count, 500, 1...1_000_000, "the highest `first`; stands against answers that fill the memory")
        case .maximumOffset: .init(.count, 10_000, 0...1_000_000_000, "the highest `offset`; stands against pages that PostgreSQL counts through")
        case .depth: .init(.count, 30, 1...100, "fields above each other; stands against queries that multiply their rows at every level")
        case .batch: .init(.count, 0, 0...1000, "requests of one batch, 0 for none; stands against one request that is a thousand")
        case .persistedDocuments: .init(.count, 1000, 1...1_000_000, "documents of one worker that clients have registered by their hash; stands against clients that register without end")
        case .persistedBytes: .init(.bytes, 8 << 20, 4096...gibibyte, "bytes of those documents; stands against a few that are long")
        case .cost: .init(.count, 10_000_000, 1...Int.max, "rows that a plan may touch, by its `first`s")
        }
    }
}

/// The limits in force.
public struct GatewayLimits: Sendable, Equatable {
    private var changed: [LimitName: Int] = [:]

    public init() {}

    /// In the unit of the limit's definition. A loop reads it once, when it is made.
    public subscript(_ name: LimitName) -> Int {
        get { changed[name] ?? name.definition.standard }
        set { changed[name] = newValue }
    }
}
