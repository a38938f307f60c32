import PorticoAccess

/// The listener's limits by name: `limits:` of `config/gateway.yaml` besides each ``RequestLimit``.
public enum LimitName: String, Sendable, Hashable, CaseIterable {
    case connections, connectionShare, requestLine, headers, body, bodyBytes, readAhead
    case headerTimeout, bodyTimeout, idleTimeout, writeTimeout, writeRate, halfClosedTimeout, shutdownTimeout
    case batch, persistedDocuments, persistedBytes
    case largeRequests, largeRequestBytes, tokenChecks, waitingTokenChecks, compressions, compressionBytes
    case largeAnswers, answerBytes
}

extension LimitName {
    public var definition: LimitDefinition {
        let hour = 3_600_000, gibibyte = 1 << 30
        return switch self {
        case .connections:
            .init(
                rawValue, .count, 10_000, 1...1_000_000,
                "open connections of one worker; when all are taken, the one that has waited longest for a request is closed for a new one. Guards against running out of descriptors"
            )
        case .connectionShare:
            .init(
                rawValue, .count, 50, 1...100,
                "percent of `connections` that one address may have (of IPv6 its first 64 bits); this machine, loopback and Unix sockets, may have all, since a proxy speaks for many. Guards against one client that takes every connection"
            )
        case .requestLine:
            .init(
                rawValue, .bytes, 16 << 10, 256...(1 << 20),
                "holds a GET with its query; guards against a line that never ends")
        case .headers:
            .init(
                rawValue, .bytes, 32 << 10, 256...(1 << 20),
                "all header lines of a request; guards against a head that never ends")
        case .body: .init(rawValue, .bytes, 1 << 20, 1024...gibibyte, "guards against bodies that fill the memory")
        case .bodyBytes:
            .init(
                rawValue, .bytes, 64 << 20, 1024...gibibyte,
                "memory of all requests of one worker that arrive in pieces, `body` at least: bodies, and what is beyond 2 KiB of heads and of pipelined requests; when it is full, they give way to others: of strangers first, then of the tenant that holds the most, the one that made no progress for longest. Guards against requests whose ends are withheld"
            )
        case .readAhead:
            .init(
                rawValue, .bytes, 64 << 10, 4096...gibibyte,
                "what is taken from a client while an earlier request of it is being answered; guards against endless pipelines"
            )
        case .headerTimeout:
            .init(
                rawValue, .milliseconds, 10_000, 100...hour,
                "from a request's first byte to the end of its head, and for a TLS handshake; guards against clients that drip"
            )
        case .bodyTimeout:
            .init(
                rawValue, .milliseconds, 30_000, 100...hour,
                "from the end of the head to the end of the body; guards against clients that drip")
        case .idleTimeout:
            .init(
                rawValue, .milliseconds, 75_000, 100...hour,
                "between two requests; guards against connections that are kept for nothing")
        case .writeTimeout:
            .init(
                rawValue, .milliseconds, 30_000, 100...hour,
                "without the client fetching its least of an answer (`writeRate`); guards against clients that stop reading"
            )
        case .writeRate:
            .init(
                rawValue, .bytes, 1 << 10, 0...gibibyte,
                "bytes a second of an answer that a client must fetch, on the average of each `writeTimeout`; guards against clients that fetch so little that an answer stays in memory for ever"
            )
        case .halfClosedTimeout:
            .init(
                rawValue, .milliseconds, 2000, 0...hour,
                "how long a client that has ended its sending is still answered; one that is gone looks the same")
        case .shutdownTimeout:
            .init(
                rawValue, .milliseconds, 15_000, 0...hour,
                "how long requests in flight may take once the server is told to stop")
        case .batch:
            .init(
                rawValue, .count, 0, 0...1000,
                "requests of one batch, 0 for none; guards against one request that is a thousand")
        case .persistedDocuments:
            .init(
                rawValue, .count, 1000, 1...1_000_000,
                "documents of one worker that clients have registered by their hash; guards against clients that register without end"
            )
        case .persistedBytes:
            .init(
                rawValue, .bytes, 8 << 20, 4096...gibibyte,
                "bytes of those documents; guards against a few that are long")
        case .largeRequests:
            .init(
                rawValue, .count, 1, 1...64,
                "requests of more than 32 KiB, documents of more than 8 KiB, long filters in many loads, introspection and compressed bodies that are worked on at a time, on threads beside the loop; the others wait, tenants taking turns. Guards against hostile ones taking every core"
            )
        case .largeRequestBytes:
            .init(
                rawValue, .bytes, 64 << 20, 1024...gibibyte,
                "bytes of those that are worked on or wait; more are answered UNAVAILABLE. Guards against a flood of them"
            )
        case .tokenChecks:
            .init(
                rawValue, .count, 1, 1...64,
                "tokens whose signatures are verified at a time, on threads beside the loop; one that was verified is known from then on. Guards against made-up tokens taking every core"
            )
        case .waitingTokenChecks:
            .init(
                rawValue, .count, 1000, 1...100_000,
                "tokens that wait for it; the requests of more are answered UNAVAILABLE. Guards against a flood of made-up ones"
            )
        case .compressions:
            .init(
                rawValue, .count, 1, 1...64,
                "answers of more than 16 KiB that are compressed at a time, on threads beside the loop; the others wait, tenants taking turns. Guards against large answers taking every core"
            )
        case .compressionBytes:
            .init(
                rawValue, .bytes, 32 << 20, 1024...gibibyte,
                "bytes of answers that are compressed or wait for it; more go out as they are. Guards against large answers filling the memory"
            )
        case .largeAnswers:
            .init(
                rawValue, .count, 1, 1...64,
                "answers of more than 512 KiB or 200 cursors, and results of more than 100,000 values, that are written and laid open at a time, on threads beside the loop; the others wait, tenants taking turns. Guards against long answers holding the loop or taking every core"
            )
        case .answerBytes:
            .init(
                rawValue, .bytes, 256 << 20, (1 << 20)...(1 << 40),
                "bytes of the results and answers of all requests of one worker, from the first row that PostgreSQL sends to the last byte that the client has fetched; when they are full, the answers of the slowest readers are given up, and then a request that would exceed them is answered UNAVAILABLE with 503 and Retry-After. Guards against many requests that are each within their limits and fill the memory together"
            )
        }
    }
}
