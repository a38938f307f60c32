import JSONBytes
import PorticoGateway
import TestCluster
import SocketLoop
import Testing
@testable import PorticoServer

/// Batches of requests over HTTP, with a scripted gateway.
@Suite(.onBlockingThreads) struct BatchTests {
    private static let one = #"{"query":"{ apiVersion }"}"#

    private func codes(_ answer: Answer) throws -> [String?] {
        guard case .array(let entries) = try parseJSON(answer.bytes) else { return [] }
        return entries.map { entry in
            guard case .array(let errors)? = entry["errors"], case .string(let code)? = errors.first?["extensions"]?["code"] else { return nil }
            return code
        }
    }

    @Test func theyAreOffUnlessALimitIsSet() async throws {
        let office = try await Office.office()
        let answer = try office.post("[\(Self.one)]")
        #expect(answer.status == 400)
        #expect(try code(answer) == "BAD_INPUT")
        #expect(answer.body.contains("switched off"))
        #expect(office.service.requests.isEmpty)
    }

    @Test func everyEntryIsARequestOfItsOwn() async throws {
        let office = try await Office.office { $0.limits[.batch] = 5 }
        let answer = try office.post("[\(Self.one), 7, {\"query\":8}, {\"documentId\":\"x\"}, \(Self.one)]")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
        #expect(try codes(answer) == [nil, "BAD_INPUT", "BAD_INPUT", "NOT_FOUND", nil])
        #expect(office.service.requests.count == 2)
        #expect(Set(office.service.requests.map(\.deadline)).count == 1)
    }

    @Test(arguments: [("[]", "BAD_INPUT"), ("[{}", "BAD_INPUT"), ("[\(one),\(one),\(one)]", "LIMIT_EXCEEDED"), ("[\(one)] x", "BAD_INPUT")])
    func whatIsNoBatch(body: String, expected: String) async throws {
        let office = try await Office.office { $0.limits[.batch] = 2 }
        let answer = try office.post(body)
        #expect(answer.status == 400)
        #expect(try code(answer) == expected)
        #expect(office.service.requests.isEmpty)
    }

    @Test func entriesRunAtTheSameTimeAndAreAnsweredInOrder() async throws {
        let office = try await Office.office { $0.limits[.batch] = 3 }
        office.service.holds = true
        office.service.answersWithQuery = true
        let client = try office.loopback.connect()
        let body = #"[{"query":"a"},{"query":"b"},{"query":"c"}]"#
        client.send("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        office.loopback.turn { office.service.requests.count == 3 }
        #expect(client.answers.isEmpty)
        office.service.release(inReverse: true)
        office.loopback.turn { client.receive(); return !client.answers.isEmpty }
        #expect(client.answers.first?.body == #"[{"data":"a"},{"data":"b"},{"data":"c"}]"#)
    }

    @Test func aClientThatIsGoneIsNotAnswered() async throws {
        let office = try await Office.office { $0.limits[.batch] = 3 }
        office.service.holds = true
        do {
            let client = try office.loopback.connect()
            let body = "[\(Self.one),\(Self.one)]"
            client.send("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            office.loopback.turn { office.service.requests.count == 2 }
        }
        office.loopback.turn { office.loopback.listener.connectionCount == 0 }
        office.service.release()
        office.service.holds = false
        #expect(try office.post("[\(Self.one)]", on: nil).status == 200)
    }

    @Test func theAnswerIsNoGraphQLResponse() async throws {
        let office = try await Office.office { $0.limits[.batch] = 3 }
        #expect(try office.post("[\(Self.one)]", accept: "application/graphql-response+json").status == 406)
        let answer = try office.post("[\(Self.one)]", accept: "application/graphql-response+json, application/json;q=0.5")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
    }

    /// The array counts until its client has it; where there is no room for it, it says so.
    @Test func theArrayCountsInTheBudgetOfAnswers() {
        let budget = ByteBudget(limit: 1_000)
        var whole: ResponseBuffer?
        func run(_ bytes: Int) {
            let batch = BatchRun(count: 2, answers: budget) { body, _ in whole = body }
            for index in 0..<2 {
                let body = ResponseBuffer()
                body.append([UInt8](repeating: UInt8(ascii: "1"), count: bytes))
                batch.answered(index, body)
            }
        }
        run(100)
        #expect(whole?.count == 203 && budget.used >= 203)
        whole = nil
        #expect(budget.used == 0)
        run(600)
        #expect(whole?.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }.contains("UNAVAILABLE") == true && budget.used == 0)
    }

    @Test func allAnswersTogetherAreBounded() {
        var whole: ResponseBuffer?
        let batch = BatchRun(count: 3, answers: ByteBudget(limit: .max)) { body, _ in whole = body }
        for index in 0..<3 {
            let body = ResponseBuffer(capacity: BatchRun.mostBytes / 2)
            body.append([UInt8](repeating: UInt8(ascii: "1"), count: BatchRun.mostBytes / 2))
            batch.answered(index, body)
        }
        #expect(whole.map { $0.count < BatchRun.mostBytes + 1000 } == true)
        let tail = whole?.withUnsafeBytes { String(decoding: $0.suffix(200), as: UTF8.self) } ?? ""
        #expect(tail.contains("LIMIT_EXCEEDED"))
    }
}
