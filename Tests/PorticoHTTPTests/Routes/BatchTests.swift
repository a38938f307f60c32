import JSONBytes
import PorticoGateway
import SocketLoop
import TestCluster
import TestHTTP
import Testing
@testable import PorticoHTTP

/// Batches of requests over HTTP, with a scripted gateway.
@Suite(.onBlockingThreads) struct BatchTests {
    private static let one = #"{"query":"{ apiVersion }"}"#

    private func codes(_ answer: Answer) throws -> [String?] {
        guard case .array(let entries) = try parseJSON(answer.bytes) else { return [] }
        return entries.map { entry in
            guard case .array(let errors)? = entry["errors"],
                case .string(let code)? = errors.first?["extensions"]?["code"]
            else { return nil }
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

    @Test(arguments: [
        ("[]", "BAD_INPUT"), ("[{}", "BAD_INPUT"), ("[\(one),\(one),\(one)]", "LIMIT_EXCEEDED"),
        ("[\(one)] x", "BAD_INPUT"),
    ])
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
        client.send(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        office.loopback.turn { office.service.requests.count == 3 }
        #expect(client.answers.isEmpty)
        office.service.release(inReverse: true)
        office.loopback.turn {
            client.receive(); return !client.answers.isEmpty
        }
        #expect(client.answers.first?.body == #"[{"data":"a"},{"data":"b"},{"data":"c"}]"#)
    }

    @Test func aClientThatIsGoneIsNotAnswered() async throws {
        let office = try await Office.office { $0.limits[.batch] = 3 }
        office.service.holds = true
        do {
            let client = try office.loopback.connect()
            let body = "[\(Self.one),\(Self.one)]"
            client.send(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
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
        let answer = try office.post(
            "[\(Self.one)]", accept: "application/graphql-response+json, application/json;q=0.5")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
    }

    /// The array counts until its client has it; where there is no room for it, it says so.
    @Test func theArrayCountsInTheBudgetOfAnswers() {
        let budget = ByteBudget(limit: 1_000)
        var whole: ResponseBuffer?
        func run(_ bytes: Int) {
            let batch = BatchRun(count: 2, answers: budget, nextTurn: { $0() }) { body, _ in whole = body }
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
        #expect(
            whole?.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }.contains("UNAVAILABLE") == true
                && budget.used == 0)
    }

    @Test func allAnswersTogetherAreBounded() {
        var whole: ResponseBuffer?
        var turns: [() -> Void] = []
        let batch = BatchRun(count: 3, answers: ByteBudget(limit: .max), nextTurn: { turns.append($0) }) { body, _ in
            whole = body
        }
        for index in 0..<3 {
            let body = ResponseBuffer(capacity: BatchRun.mostBytes / 2)
            body.append([UInt8](repeating: UInt8(ascii: "1"), count: BatchRun.mostBytes / 2))
            batch.answered(index, body)
        }
        // So many bytes are copied over several turns.
        var count = 1
        while let turn = turns.popLast() {
            #expect(whole == nil)
            turn()
            count += 1
        }
        #expect(count >= BatchRun.mostBytes / BatchRun.bytesPerTurn)
        #expect(whole.map { $0.count < BatchRun.mostBytes + 1000 } == true)
        let tail = whole?.withUnsafeBytes { String(decoding: $0.suffix(200), as: UTF8.self) } ?? ""
        #expect(tail.contains("LIMIT_EXCEEDED"))
    }

    @Test func answersOfAnyLengthComeWholeAndInOrder() {
        var whole: ResponseBuffer?
        let lengths = [0, BatchRun.bytesPerTurn, 5, 2 * BatchRun.bytesPerTurn + 3, 1]
        let batch = BatchRun(count: lengths.count, answers: ByteBudget(limit: .max), nextTurn: { $0() }) { body, _ in
            whole = body
        }
        for (index, length) in lengths.enumerated().reversed() {
            let body = ResponseBuffer()
            body.append([UInt8](repeating: UInt8(ascii: "a") + UInt8(index), count: length))
            batch.answered(index, body)
        }
        let pieces =
            whole?.withUnsafeBytes {
                $0.dropFirst().dropLast().split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            } ?? []
        #expect(pieces.map(\.count) == lengths)
        #expect(
            pieces.enumerated().allSatisfy { index, piece in piece.allSatisfy { $0 == UInt8(ascii: "a") + UInt8(index) }
            })
    }

    @Test func anArrayThatNobodyWaitsForIsNotCopiedToItsEnd() {
        let budget = ByteBudget(limit: .max)
        var turns: [() -> Void] = [], answers = 0
        do {
            let batch = BatchRun(count: 2, answers: budget, nextTurn: { turns.append($0) }) { _, _ in answers += 1 }
            for index in 0..<2 {
                let body = ResponseBuffer()
                body.append([UInt8](repeating: 0x31, count: BatchRun.bytesPerTurn))
                batch.answered(index, body)
            }
            _ = batch.abandon()
        }
        while let turn = turns.popLast() { turn() }
        #expect(answers == 0 && budget.used == 0)
    }
}
