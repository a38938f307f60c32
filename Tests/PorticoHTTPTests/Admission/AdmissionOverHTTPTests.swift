import HTTPWire
import JSONBytes
import PorticoAccess
import TestCluster
import TestHTTP
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoGateway
@testable import PorticoHTTP
@testable import PorticoIdentity

/// Limits of a tenant's requests as clients meet them, with a scripted gateway.
@Suite(.onBlockingThreads) struct AdmissionOverHTTPTests {
    /// An office whose rules all state these limits.
    private func office(
        _ limits: RuleLimits, _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) async throws -> Office {
        let office = try await Office.office(change)
        office.desk.rules = try ScriptedRules(
            ["client": .tenant, "agency_owner": .subtree, "super_admin": .crossTenant, "anonymous": .tenant],
            limits: limits)
        return office
    }

    private func limit(_ answer: Answer) throws -> String? {
        guard case .array(let errors)? = try parseJSON(answer.bytes)["errors"],
            case .string(let name)? = errors.first?["extensions"]?["limit"]
        else { return nil }
        return name
    }

    @Test(arguments: ["application/json", "application/graphql-response+json"]) func tooManyInASecondAreRefused(
        accept: String
    ) async throws {
        let office = try await office([.requestsPerSecond: 2])
        for _ in 0..<2 { #expect(try office.post(accept: accept, authorization: Office.token("client")).status == 200) }
        let refused = try office.post(accept: accept, authorization: Office.token("client"))
        #expect(refused.status == 429)
        #expect(refused.headers["retry-after"] == "1")
        #expect(refused.headers["content-type"] == "\(accept); charset=utf-8")
        #expect(try code(refused) == "RATE_LIMITED")
        #expect(try limit(refused) == "requestsPerSecond")
        #expect(
            refused.body.contains(
                "More requests of this tenant have come than the 2 a second that are let in. Send fewer requests. Try again in 1 s."
            ))
        #expect(!refused.body.contains("\"data\""))
        // The owner is of the same tenant, the administrator of another one.
        #expect(try office.post(authorization: Office.token("owner")).status == 429)
        #expect(try office.post(authorization: Office.token("admin")).status == 200)
        office.admissionClock += 500_000_000
        #expect(try office.post(authorization: Office.token("owner")).status == 200)
        #expect(office.service.requests.count == 4)
    }

    @Test func thoseWithoutCredentialsAreCountedTogether() async throws {
        let office = try await office([.requestsPerSecond: 1])
        #expect(try office.get("/graphql?query=%7BapiVersion%7D").status == 200)
        let refused = try office.get("/graphql?query=%7BapiVersion%7D")
        #expect(refused.status == 429)
        #expect(refused.body.contains("More requests without credentials have come"))
        #expect(try office.post(authorization: Office.token("client")).status == 200)
    }

    @Test func tooManyAtTheSameTimeAreRefused() async throws {
        let office = try await office([.concurrentRequests: 1])
        office.service.holds = true
        let client = try office.loopback.connect(), body = #"{"query":"{ apiVersion }"}"#
        client.send(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        office.loopback.turn { office.service.requests.count == 1 }
        let refused = try office.post()
        #expect(refused.status == 429)
        #expect(refused.headers["retry-after"] == "1")
        #expect(try limit(refused) == "concurrentRequests")
        office.service.release()
        office.loopback.turn {
            client.receive(); return !client.answers.isEmpty
        }
        office.service.holds = false
        #expect(try office.post().status == 200)
        #expect(office.admission.accounts == 0)
    }

    @Test func eachOperationOfABatchCounts() async throws {
        let office = try await office([.requestsPerSecond: 2]) { $0.limits[.batch] = 5 }
        let one = #"{"query":"{ apiVersion }"}"#
        let answer = try office.post("[\(one),\(one),\(one)]")
        #expect(answer.status == 200)
        guard case .array(let entries) = try parseJSON(answer.bytes) else {
            Issue.record("no batch")
            return
        }
        #expect(entries.map { $0["errors"] == nil } == [true, true, false])
        #expect(answer.body.contains(#""code":"RATE_LIMITED","limit":"requestsPerSecond""#))
        #expect(office.service.requests.count == 2)
        #expect(try office.post().status == 429)
    }

    /// It was never looked at, so that nothing says that it is a document.
    @Test func aDocumentThatWasNotLetInIsNotKept() async throws {
        let office = try await office([.requestsPerSecond: 1])
        #expect(try office.post().status == 200)
        let hash = DocumentHash(of: Array("{ apiVersion }".utf8)).hex
        let extensions = #""extensions":{"persistedQuery":{"version":1,"sha256Hash":"\#(hash)"}}"#
        #expect(try office.post(#"{"query":"{ apiVersion }",\#(extensions)}"#).status == 429)
        office.admissionClock += 1_000_000_000
        #expect(try office.post("{\(extensions)}").body.contains("PersistedQueryNotFound"))
    }

    @Test func whereNoLimitIsInForceNothingIsCounted() async throws {
        let office = try await office(RuleLimits())
        for _ in 0..<5 { #expect(try office.post(authorization: Office.token("client")).status == 200) }
        #expect(office.admission.accounts == 0)
        #expect(office.desk.rules.sets.values.allSatisfy { $0.admission.isEmpty })
    }

    // MARK: Workers

    /// A service that never answers by itself, with handles as the gateway's are.
    private final class Silent: GraphQLService {
        private(set) var completions: [(GatewayResponse) -> Void] = []
        private(set) var cancelled = 0

        func respond(
            to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GatewayResponse) -> Void
        ) -> RequestHandle? {
            completions.append(completion)
            return RequestHandle(request: request, viewer: access.viewer, rules: access.rules, deadline: deadline) {
                _ in
            }
        }

        func cancel(_ handle: RequestHandle) { cancelled += 1 }
    }

    @Test func workersCountTogetherAndAClientThatGoesGivesItsPlaceBack() throws {
        let rules = try #require(
            try ScriptedRules(["client": .tenant], limits: [.concurrentRequests: 2]).sets["client"])
        let access = Access(viewer: Viewer(id: "u", role: "client", tenant: "t", tenants: ["t"]), rules: rules)
        let admission = Admission(), silent = (Silent(), Silent())
        let one = AdmittingService(silent.0, admission: admission),
            other = AdmittingService(silent.1, admission: admission)
        let request = GraphQLRequest(query: Array("{ apiVersion }".utf8))
        var outcomes: [GatewayResponse.Outcome] = []
        func ask(_ service: AdmittingService) -> RequestHandle? {
            service.respond(to: request, access: access, deadline: .max) { outcomes.append($0.outcome) }
        }
        let first = try #require(ask(one))
        #expect(ask(other) != nil)
        #expect(ask(one) == nil && ask(other) == nil)
        #expect(outcomes == [.requestError(.rateLimited), .requestError(.rateLimited)])
        one.cancel(first)
        one.cancel(first)
        #expect(silent.0.cancelled == 2)
        #expect(ask(other) != nil, "the place that was given back counts for every worker")
        #expect(ask(other) == nil, "and counts once")
        for completion in silent.1.completions {
            completion(
                GatewayResponse(buffer: ResponseBuffer(), outcome: .data, cause: nil, observation: RequestObservation())
            )
        }
        #expect(admission.accounts == 0)
    }
}
