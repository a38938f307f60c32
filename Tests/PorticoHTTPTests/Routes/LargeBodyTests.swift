import TestCluster
import TestHTTP
import Testing

/// A request above the threshold is read beside the loop, whatever it holds.
@Suite(.onBlockingThreads) struct LargeBodyTests {
    @Test(arguments: [
        (32 << 10, 0), ((32 << 10) + 1, 1), (300_000, 1),
    ])
    func largeBodiesAreReadElsewhere(_ bytes: Int, _ pieces: Int) async throws {
        let office = try await Office.office()
        let head = #"{"query":"{ apiVersion }","variables":{"v":""#, tail = #""}}"#
        let answer = try office.post(
            head + String(repeating: "a", count: bytes - head.utf8.count - tail.utf8.count) + tail)
        #expect(answer.status == 200)
        #expect(office.offloading.finished == pieces)
    }

    /// A GET's parameters too, where the request line may be so long.
    @Test(arguments: [(1_000, 0), (40_000, 1)])
    func largeParametersAreReadElsewhere(_ bytes: Int, _ pieces: Int) async throws {
        let office = try await Office.office { $0.limits[.requestLine] = 1 << 16 }
        let answer = try office.get(
            "/graphql?query=%7BapiVersion%7D&variables=%7B%22v%22:%22\(String(repeating: "a", count: bytes))%22%7D")
        #expect(answer.status == 200)
        #expect(office.offloading.finished == pieces)
        #expect(office.service.requests.map(\.request.isLarge) == [pieces > 0])
    }

    /// The requests of a batch wait for turns of their own, each with its share.
    @Test func aLargeBatchIsNotOneTurn() async throws {
        let office = try await Office.office { $0.limits[.batch] = 10 }
        let entries = (0..<4).map { _ in #"{"query":"{ apiVersion }"}"# }.joined(separator: ",")
        #expect(try office.post("[\(entries)\(String(repeating: " ", count: 100_000))]").status == 200)
        #expect(office.service.requests.count == 4)
        #expect(
            office.service.requests.allSatisfy {
                $0.request.isLarge && !$0.request.isAdmitted && (25_000..<26_000).contains($0.request.bytes)
            })
    }

    @Test func whatIsWrongAboutThemIsSaidAllTheSame() async throws {
        let office = try await Office.office()
        let answer = try office.post(String(repeating: "[", count: 100_000))
        #expect(answer.status == 400)
        #expect(try code(answer) == "BAD_INPUT")
        #expect(office.offloading.finished == 1)
    }
}
