import Gzip
import JSONBytes
import TestRandom
import Testing
@testable import PorticoHTTP

/// Bodies of requests, well-formed and broken: read or refused with a sentence, never more.
@Suite struct BodyFuzz {
    @Test func everyBodyIsReadOrRefused() {
        var read = 0, refused = 0
        FuzzRun.rounds(6_000, "bodies") { seed in
            var random = SeededGenerator(seed: seed)
            let bytes = Self.body(&random)
            let result = Result { () throws(RefusedRequest) in
                try GraphQLBody.parse(bytes, batch: [0, 3][Int(seed % 2)])
            }
            switch result {
            case .success:
                read += 1
                // What was read is JSON for any reader; the tree's bounds are the same.
                guard (try? parseJSON(bytes)) != nil else {
                    Issue.record(
                        "seed \(seed): what was read is no JSON: \(String(decoding: bytes, as: UTF8.self).debugDescription)"
                    )
                    return false
                }
            case .failure(let refusal):
                refused += 1
                guard refusal.status == 400, !refusal.error.message.isEmpty, refusal.error.message.utf8.count < 1_000
                else {
                    Issue.record("seed \(seed): \(refusal)")
                    return false
                }
            }
            return true
        }
        if FuzzRun.seconds == nil { #expect(read > 1_000 && refused > 1_000, "\(read) read, \(refused) refused") }
    }

    @Test func compressedBodiesNeverExceedTheirLimit() {
        var decoded = 0, refused = 0
        FuzzRun.rounds(1_000, "gzip") { seed in
            var random = SeededGenerator(seed: seed)
            let plain = Self.body(&random) + [UInt8](repeating: 0x20, count: Int.random(in: 0...20_000, using: &random))
            guard var bytes = Gzip.encode(plain) else { return true }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place...)
                case 2: bytes += bytes[..<place]
                default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                if bytes.isEmpty { break }
            }
            let limit = Int.random(in: 100...20_000, using: &random)
            switch Result(catching: { () throws(RefusedRequest) in try RequestBody.decompressed(bytes, limit: limit) })
            {
            case .success(let result):
                decoded += 1
                if result.count > limit { Issue.record("seed \(seed): \(result.count) bytes beyond \(limit)") }
                return result.count <= limit
            case .failure(let refusal):
                refused += 1
                return refusal.status == 400 || refusal.status == 413
            }
        }
        if FuzzRun.seconds == nil { #expect(decoded > 100 && refused > 100) }
    }

    // MARK: Bodies

    private static func body(_ random: inout SeededGenerator) -> [UInt8] {
        var text =
            Int.random(in: 0..<8, using: &random) == 0 ? "[\(request(&random)),\(request(&random))]" : request(&random)
        if Int.random(in: 0..<12, using: &random) == 0 {
            let piece = ["[", "{\"a\":", "\"\\u0000", "1", "[],", "\\"].randomElement(using: &random) ?? "["
            text =
                "{\"query\":\"{a}\",\"variables\":{\"v\":"
                + String(repeating: piece, count: Int.random(in: 1...3_000, using: &random)) + "}}"
        }
        var bytes = Array(text.utf8)
        for _ in 0..<max(0, Int.random(in: -2...2, using: &random)) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random),
                end = min(bytes.count, place + Int.random(in: 0...6, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: Array((Self.pieces.randomElement(using: &random) ?? ",").utf8), at: place)
            case 3: bytes.removeSubrange(place...)
            default: bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }

    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud83d", "\\ud83d\\ude00", "\\u0000", "null", "true", "-",
        "1e999", "0.1", "01", " ", "\n", "\u{0}", "\u{FEFF}", "é", "\"query\":", "\"variables\":{}",
    ]

    private static func request(_ random: inout SeededGenerator) -> String {
        var members = ["\"query\":\"{ a(b: \\\"\\u00e9\\\") }\""]
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let key =
                ["operationName", "variables", "extensions", "documentId", "other", "query"].randomElement(
                    using: &random) ?? ""
            let fitting = [
                "operationName": "\"Q\"", "variables": "{\"v\":\(value(depth: 1, &random))}", "documentId": "null",
                "query": "\"{a}\"",
            ][key]
            members.append(
                "\"\(key)\":\(Int.random(in: 0..<3, using: &random) > 0 ? fitting ?? value(depth: 0, &random) : value(depth: 0, &random))"
            )
        }
        return "{" + members.shuffled(using: &random).joined(separator: ", ") + "}"
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<(depth > 3 ? 6 : 9), using: &random) {
        case 0: return "null"
        case 1: return ["true", "false"].randomElement(using: &random) ?? ""
        case 2:
            return ["0", "-1", "1.5e3", "123456789012345678901234567890", "-0.0"].randomElement(using: &random) ?? ""
        case 3...5:
            return ["\"\"", "\"text\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"😀\"", "\"\\ud83d\\ude00\""].randomElement(
                using: &random) ?? ""
        case 6:
            return "["
                + (0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth: depth + 1, &random) }.joined(
                    separator: ",") + "]"
        case 7: return "{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\(value(depth: depth + 1, &random))}}"
        default:
            return "{"
                + (0..<Int.random(in: 0...3, using: &random)).map { "\"k\($0)\":\(value(depth: depth + 1, &random))" }
                .joined(separator: ",") + "}"
        }
    }
}
