import Gzip
import JSONBytes
import PorticoGateway
import SocketLoop
import TestCluster
import TestHTTP
import Testing
@testable import PorticoConfiguration
@testable import PorticoHTTP

/// Content codings of requests and answers, with a scripted gateway.
@Suite(.onBlockingThreads) struct CompressionTests {
    private static let body = #"{"query":"{ apiVersion }"}"#

    private func post(_ body: [UInt8], coding: String, on office: Office) throws -> Answer {
        let client = try office.loopback.connect()
        client.send(
            Array(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: \(coding)\r\nContent-Length: \(body.count)\r\n\r\n"
                    .utf8) + body)
        office.loopback.turn {
            client.receive(); return !client.answers.isEmpty
        }
        return try #require(client.answers.first)
    }

    // MARK: Requests

    @Test(arguments: ["gzip", "x-gzip", "GZIP"])
    func aBodyInGzipIsRead(coding: String) async throws {
        let office = try await Office.office()
        let answer = try post(try #require(Gzip.encode(Array(Self.body.utf8))), coding: coding, on: office)
        #expect(answer.status == 200)
        #expect(
            office.service.requests.first.map { String(decoding: $0.request.query, as: UTF8.self) } == "{ apiVersion }")
    }

    @Test(arguments: ["br", "deflate", "gzip, gzip", "zstd"])
    func otherCodingsAreNot(coding: String) async throws {
        let answer = try post(Array(Self.body.utf8), coding: coding, on: try await Office.office())
        #expect(answer.status == 415)
        #expect(answer.headers["accept-encoding"] == "gzip, identity")
    }

    @Test func aBombIsRefusedAtTheLimitOfBodies() async throws {
        let office = try await Office.office { $0.limits[.body] = 100_000 }
        let answer = try post(
            try #require(Gzip.encode([UInt8](repeating: 0x20, count: 10 << 20))), coding: "gzip", on: office)
        #expect(answer.status == 413)
        #expect(try code(answer) == "LIMIT_EXCEEDED")
        let broken = try post(Array("nonsense".utf8), coding: "gzip", on: office)
        #expect(broken.status == 400)
        #expect(try code(broken) == "BAD_INPUT")
        #expect(office.service.requests.isEmpty)
    }

    /// A request that is small without its coding is worked on as any small one.
    @Test(arguments: [(10, false), (100_000, true)])
    func howLargeABodyIsShowsWithoutItsCoding(padding: Int, isLarge: Bool) async throws {
        let office = try await Office.office()
        let body = Array((Self.body + String(repeating: " ", count: padding)).utf8)
        #expect(try post(try #require(Gzip.encode(body)), coding: "gzip", on: office).status == 200)
        let request = try #require(office.service.requests.first?.request)
        #expect(request.isLarge == isLarge && request.isAdmitted == isLarge)
        #expect(office.offloading.finished == 1)
    }

    @Test func whatIsWrongInsideIsSaidAsOfAnyBody() async throws {
        let answer = try post(
            try #require(Gzip.encode(Array("{}".utf8))), coding: "gzip", on: try await Office.office())
        #expect(answer.status == 400)
        #expect(answer.body.contains("no \\\"query\\\""))
    }

    // MARK: Answers

    private func office(
        answerBytes: Int, _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) async throws -> Office {
        let office = try await Office.office(change)
        office.service.padding = answerBytes
        return office
    }

    @Test(
        "Large answers are compressed elsewhere, small ones on the loop, the smallest not",
        arguments: [100, 2000, 200_000])
    func answers(bytes: Int) async throws {
        let office = try await office(answerBytes: bytes)
        let plain = try office.post()
        #expect(plain.headers["content-encoding"] == nil)
        #expect(plain.headers["vary"] == nil)
        let answer = try office.post(fields: "Accept-Encoding: gzip, deflate, br\r\n")
        guard bytes >= ResponseCompression.leastBytes else {
            return #expect(answer == Answer(status: 200, headers: answer.headers, bytes: plain.bytes))
        }
        #expect(answer.headers["content-encoding"] == "gzip")
        #expect(answer.headers["vary"] == "accept-encoding")
        #expect(answer.bytes.count < plain.bytes.count / 4)
        #expect(try Gzip.decode(answer.bytes, limit: 1 << 20) == plain.bytes)
    }

    @Test func whatMightBeKeptSaysThatItVaries() async throws {
        let office = try await office(answerBytes: 2000)
        #expect(try office.get("/graphql?query=%7Ba%7D").headers["vary"] == "accept-encoding")
        #expect(
            try office.get("/graphql?query=%7Ba%7D", fields: "Accept-Encoding: gzip;q=0\r\n").headers[
                "content-encoding"] == nil)
        #expect(
            try office.get("/graphql?query=%7Ba%7D", fields: "Accept-Encoding: gzip\r\n").headers["content-encoding"]
                == "gzip")
    }

    @Test func itCanBeSwitchedOff() async throws {
        let office = try await office(answerBytes: 2000) { $0.compression = false }
        let answer = try office.get("/graphql?query=%7Ba%7D", fields: "Accept-Encoding: gzip\r\n")
        #expect(answer.headers["content-encoding"] == nil)
        #expect(answer.headers["vary"] == nil)
        let refused = try post(try #require(Gzip.encode(Array(Self.body.utf8))), coding: "gzip", on: office)
        #expect(refused.status == 415)
        #expect(refused.headers["accept-encoding"] == "identity")
    }

    /// Compressing is a kindness: where too many want it, answers go out as they are.
    @Test func answersBeyondTheBoundAreNotCompressed() async throws {
        let office = try await office(answerBytes: 200_000) { $0.limits[.compressionBytes] = 300_000 }
        let clients = try (0..<3).map { _ in try office.loopback.connect() }
        office.loopback.idle()
        for client in clients {
            client.send(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\nContent-Length: \(Self.body.utf8.count)\r\n\r\n\(Self.body)"
            )
        }
        office.loopback.turn {
            for client in clients { client.receive() }; return clients.allSatisfy { !$0.answers.isEmpty }
        }
        #expect(clients.filter { $0.answers[0].headers["content-encoding"] == "gzip" }.count == 1)
        #expect(office.compressing.finished == 1)
        for client in clients {
            let answer = client.answers[0]
            #expect(answer.status == 200 && answer.headers["vary"] == "accept-encoding")
            #expect(
                try
                    (answer.headers["content-encoding"] == nil
                    ? answer.bytes : Gzip.decode(answer.bytes, limit: 1 << 20)).count == 200_000
                    + #"{"data":{}}"#.utf8.count)
        }
        // There is room again.
        #expect(try office.post(fields: "Accept-Encoding: gzip\r\n").headers["content-encoding"] == "gzip")
    }

    @Test func requestsBehindACompressedAnswerAreAnswered() async throws {
        let office = try await office(answerBytes: 200_000)
        let client = try office.loopback.connect()
        let request =
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\nContent-Length: \(Self.body.utf8.count)\r\n\r\n\(Self.body)"
        client.send(request + request + request)
        office.loopback.turn {
            client.receive(); return client.answers.count == 3
        }
        #expect(client.answers.allSatisfy { $0.headers["content-encoding"] == "gzip" })
    }

    /// A text that many ask for is compressed once, and is there once, however many wait with it.
    @Test func aSharedTextIsCompressedOnce() async throws {
        let office = try await Office.office()
        let bytes = [UInt8](repeating: 0x61, count: 100_000).withUnsafeBytes { DetachedBytes(copying: $0) }
        let compression = ResponseCompression(queue: office.compressing, answers: office.loopback.answers)
        var bodies: [ResponseBuffer] = []
        for round in 1...3 {
            compression.compress(ResponseBuffer(sharing: bytes), for: nil, isWanted: { true }) { body, isCompressed in
                #expect(isCompressed)
                bodies.append(body)
            }
            office.loopback.turn { bodies.count == round }
        }
        #expect(office.compressing.finished == 1)
        #expect(
            Set(bodies.map { $0.sharedBytes.map(ObjectIdentifier.init) }).count == 1 && bodies[0].sharedBytes != nil)
        #expect(office.loopback.answers.used == 0)
    }

    /// What is compressed for one answer counts until its client has it; without room it goes out
    /// as it is.
    @Test(arguments: [true, false]) func aCompressedAnswerCounts(_ hasRoom: Bool) async throws {
        let office = try await Office.office()
        let budget = ByteBudget(limit: hasRoom ? 1 << 20 : 1_000)
        let compression = ResponseCompression(queue: office.compressing, answers: budget)
        let body = ResponseBuffer()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<100_000 { body.append(UInt8.random(in: 0x61...0x7A, using: &random)) }
        var answer: (body: ResponseBuffer, isCompressed: Bool)?
        compression.compress(body, for: nil, isWanted: { true }) { answer = ($0, $1) }
        office.loopback.turn { answer != nil }
        #expect(answer?.isCompressed == hasRoom)
        #expect(hasRoom ? budget.used == answer?.body.count : budget.used == 0 && answer?.body.count == 100_000)
        answer = nil
        #expect(budget.used == 0)
    }
}
