import HTTPWire
import TestRandom
import Testing

/// Requests made by the grammar of RFC 9112 and broken, in one piece and in pieces of random
/// lengths: the same bytes give the same events, and no more of them than the bytes can hold.
@Suite struct WireFuzz {
    @Test func theSameBytesGiveTheSameEventsHoweverTheyArrive() {
        var requests = 0, failures = 0
        FuzzRun.rounds(2_500, "http") { seed in
            var random = SeededGenerator(seed: seed)
            let bytes = Self.stream(&random)
            let limits = Self.limits(&random)
            let whole = ParserRun(bytes, limits: limits)
            requests += whole.requests.count
            failures += whole.failure == nil ? 0 : 1
            for round in 0..<3 {
                let longest = [1, 4, 60][round]
                let pieces = (0..<min(bytes.count, 4_000)).map { _ in
                    Int.random(in: round == 0 ? 1...1 : 0...longest, using: &random)
                }
                guard ParserRun(bytes, pieces: pieces, limits: limits) == whole else {
                    Issue.record(
                        "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription) depends on pieces of up to \(longest) bytes"
                    )
                    return false
                }
            }
            guard whole.requests.count <= bytes.count / 16 + 1 else {
                Issue.record("seed \(seed): \(whole.requests.count) requests in \(bytes.count) bytes")
                return false
            }
            return true
        }
        if FuzzRun.seconds == nil {
            #expect(requests > 600 && failures > 600, "\(requests) requests, \(failures) failures")
        }
    }

    private static func limits(_ random: inout SeededGenerator) -> HTTPLimits {
        var limits = HTTPLimits.standard
        if Int.random(in: 0..<3, using: &random) == 0 {
            limits.requestLine = Int.random(in: 16...60, using: &random)
            limits.headerBlock = Int.random(in: 30...200, using: &random)
            limits.body = Int.random(in: 0...40, using: &random)
        }
        return limits
    }

    // MARK: Bytes

    private static func one(_ choices: [String], _ random: inout SeededGenerator) -> String {
        choices.randomElement(using: &random) ?? ""
    }

    /// Mostly something good.
    private static func odd(_ good: [String], _ bad: [String], _ random: inout SeededGenerator) -> String {
        one(Int.random(in: 0..<25, using: &random) == 0 ? bad : good, &random)
    }

    private static func stream(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) { bytes += request(&random) }
        guard Bool.random(using: &random) else { return bytes }
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random),
                end = min(bytes.count, place + Int.random(in: 1...8, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place..<end)
            case 2:
                bytes.insert(
                    contentsOf: Array(
                        one(
                            [
                                "\r", "\n", "\r\n", "\r\n\r\n", " ", "\t", ":", ",", ";", "0", "\u{0}", "%", "chunked",
                                "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n",
                            ], &random
                        ).utf8), at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place...)
            default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return bytes
    }

    private static func request(_ random: inout SeededGenerator) -> [UInt8] {
        let method = one(["GET", "POST", "POST", "OPTIONS", "HEAD", "PUT", "M-SEARCH", "get"], &random)
        let target = odd(
            ["/", "/graphql", "/graphql?query=%7Ba%7D", "/a//b/../c", "/?a=b&&=c&d"],
            ["*", "http://host/graphql?x", "/a%2", "", "graphql"], &random)
        var head =
            one(["", "", "\r\n"], &random)
            + "\(method) \(target) \(odd(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"], ["HTTP/2.0", "HTTP/1.12", "http/1.1", ""], &random))\(end(&random))"
        if Int.random(in: 0..<25, using: &random) > 0 { head += "Host: h\(end(&random))" }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            head +=
                odd(
                    [
                        "Accept: */*", "accept:application/json;q=0.5,text/html", "X: \u{9}a b\u{9}", "X:",
                        "Connection: keep-alive", "Content-Type: application/json", "X: é",
                    ],
                    [
                        "Expect: 100-continue", "Connection: close", "Bad Name: x", ": x", " folded", "Host: other",
                        "X : y",
                    ], &random) + end(&random)
        }
        let content = (0..<Int.random(in: 0...50, using: &random)).map { _ in
            UInt8.random(in: 0x20...0x7E, using: &random)
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return Array((head + end(&random)).utf8)
        case 1...2:
            return Array((head + "Content-Length: \(content.count)\(end(&random))\(end(&random))").utf8) + content
        case 3 where Int.random(in: 0..<3, using: &random) == 0:
            return Array(
                (head
                    + "Content-Length: \(one(["-1", "+1", "1, 1", "1,2", "99999999999999999999", "0x1", "", "1 "], &random))\r\n\r\n")
                    .utf8) + content
        default:
            return Array(
                (head
                    + "Transfer-Encoding: \(odd(["chunked", "Chunked"], ["gzip, chunked", "chunked, chunked", "identity"], &random))\r\n\r\n")
                    .utf8) + chunks(content, &random)
        }
    }

    private static func end(_ random: inout SeededGenerator) -> String {
        Int.random(in: 0..<200, using: &random) == 0 ? "\n" : "\r\n"
    }

    private static func chunks(_ content: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = [], rest = content[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...12, using: &random))
            rest = rest.dropFirst(piece.count)
            let size =
                one(["", "0", "000"], &random) + String(piece.count, radix: 16, uppercase: Bool.random(using: &random))
            bytes +=
                Array((size + one(["", "", "", ";a", ";a=b", " ;a=\"b\""], &random) + end(&random)).utf8) + piece
                + Array("\r\n".utf8)
        }
        return bytes
            + Array(
                ("0" + one(["", ";last"], &random) + "\r\n" + one(["", "", "Trailer: x\r\n", "Bad\r\n"], &random)
                    + "\r\n").utf8)
    }
}
