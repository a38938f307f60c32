import PorticoGateway
import TestCluster
import TestHTTP
import Testing

/// `x-portico-consistency`, from the header to the request that the gateway gets.
@Suite(.onBlockingThreads) struct ConsistencyHeaderTests {
    @Test(arguments: [(nil, nil), ("request", .request), ("statement", .statement)] as [(String?, Consistency?)])
    func theHeaderReachesTheGateway(value: String?, consistency: Consistency?) async throws {
        let office = try await Office.office()
        let fields = value.map { "X-Portico-Consistency: \($0)\r\n" } ?? ""
        #expect(try office.post(fields: fields).status == 200)
        #expect(try office.get("/graphql?query=%7BapiVersion%7D", fields: fields).status == 200)
        #expect(office.service.requests.map(\.request.consistency) == [consistency, consistency])
    }

    @Test(arguments: ["", "snapshot", "Request", "request, statement"])
    func anotherWordIsRefused(value: String) async throws {
        let office = try await Office.office()
        let answer = try office.post(fields: "x-portico-consistency: \(value)\r\n")
        #expect(answer.status == 400)
        #expect(try code(answer) == "BAD_INPUT")
        #expect(answer.body.contains(#"x-portico-consistency must be \"statement\" or \"request\""#))
        #expect(office.service.requests.isEmpty)
    }
}
