import Crypto
import Foundation
import JSONBytes
import PorticoGateway
import TestCluster
import TestHTTP
import TestIdentity
import Testing
@testable import PorticoIdentity

/// The HTTP surface, over real sockets, with a scripted gateway.
@Suite(.onBlockingThreads) struct RouterTests {
    // MARK: Negotiation and status

    @Test(
        arguments: [
            (nil, "application/json"), ("*/*", "application/json"), ("application/json", "application/json"),
            ("application/*", "application/json"),
            ("application/graphql-response+json", "application/graphql-response+json"),
            ("application/graphql-response+json, application/json", "application/graphql-response+json"),
            ("application/json, application/graphql-response+json", "application/graphql-response+json"),
            ("application/json;q=0.9, application/graphql-response+json;q=0.5", "application/json"),
            (
                "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                "application/graphql-response+json"
            ),
            ("APPLICATION/GraphQL-Response+JSON", "application/graphql-response+json"),
            ("text/html, */*;q=0.1", "application/json"),
            ("text/html", nil), ("application/json;q=0, application/graphql-response+json;q=0", nil), ("image/*", nil),
            ("application/json; charset=latin-1", nil),
        ] as [(String?, String?)])
    func mediaTypes(accept: String?, expected: String?) async throws {
        let answer = try await Office.office().post(accept: accept)
        #expect(answer.status == (expected == nil ? 406 : 200))
        #expect(answer.headers["content-type"] == (expected ?? "application/json") + "; charset=utf-8")
    }

    @Test(
        arguments: [
            (.data, 200, 200),
            (.requestError(.syntaxError), 400, 200), (.requestError(.validationError), 400, 200),
            (.requestError(.badInput), 400, 200),
            (.requestError(.limitExceeded), 400, 200), (.requestError(.internalError), 500, 200),
            (.nullData(.timeout), 504, 200), (.nullData(.internalError), 500, 200),
            (.nullData(.unavailable), 503, 503), (.requestError(.rateLimited), 429, 429),
            (.requestError(.unauthenticated), 401, 401), (.requestError(.forbidden), 403, 403),
        ] as [(GatewayResponse.Outcome, Int, Int)])
    func statuses(outcome: GatewayResponse.Outcome, graphQLResponse: Int, json: Int) async throws {
        let office = try await Office.office()
        office.service.outcome = outcome
        #expect(try office.post(accept: "application/graphql-response+json").status == graphQLResponse)
        #expect(try office.post(accept: "application/json").status == json)
    }

    @Test(
        arguments: [
            ("application/json", 200), ("application/json; charset=utf-8", 200),
            ("application/json; charset=\"UTF-8\"", 200), ("Application/JSON", 200),
            ("application/json; charset=latin-1", 415), ("text/plain", 415), ("application/graphql", 415),
            ("application/x-www-form-urlencoded", 415), ("json", 415), (nil, 415),
        ] as [(String?, Int)])
    func contentTypes(contentType: String?, status: Int) async throws {
        let office = try await Office.office()
        #expect(try office.post(contentType: contentType).status == status)
        #expect(office.service.requests.count == (status == 200 ? 1 : 0))
    }

    // MARK: Bodies

    @Test(arguments: [
        ("", "The body is empty"), ("{", "The JSON text ends"), ("[]", "batches of requests are switched off"),
        ("null", "where an object was expected"),
        ("{}", "no \\\"query\\\""), (#"{"query":7}"#, "\\\"query\\\" of the request is not a string"),
        (#"{"query":null}"#, "no \\\"query\\\""),
        (#"{"query":"{ a }","variables":[]}"#, "\\\"variables\\\" of the request is not an object"),
        (#"{"query":"{ a }","variables":"{}"}"#, "\\\"variables\\\""),
        (#"{"query":"{ a }","operationName":1}"#, "\\\"operationName\\\" of the request is not a string"),
        (#"{"query":"{ a }","extensions":"x"}"#, "\\\"extensions\\\""),
        (#"{"query":"{ a }","query":"{ b }"}"#, "stands twice"), (#"{"query":"{ a }"} x"#, "the end of the JSON text"),
        ("{\"query\":\"\u{1}\"}", "control character"),
    ])
    func malformedBodies(body: String, part: String) async throws {
        let office = try await Office.office()
        for accept in ["application/json", "application/graphql-response+json"] {
            let answer = try office.post(body, accept: accept)
            #expect(answer.status == 400)
            #expect(try code(answer) == "BAD_INPUT")
            #expect(answer.body.contains(part), "\(answer.body)")
        }
        #expect(office.service.requests.isEmpty)
    }

    @Test func aBodyThatIsNoUTF8IsRefused() async throws {
        let office = try await Office.office()
        let client = try office.loopback.connect()
        let body = Array(#"{"query":"{ a }","x":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        client.send(
            Array(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
                    .utf8) + body)
        office.loopback.turn {
            client.receive(); return !client.answers.isEmpty
        }
        #expect(client.answers.first?.status == 400)
    }

    @Test func everythingOfABodyArrives() async throws {
        let office = try await Office.office()
        _ = try office.post(
            #" {"extensions":{"a":[1]},"operationName":"Q","other":[{}],"variables":{"id":"x","n":1.50},"query":"query Q { \"\u00e9\" }"} "#
        )
        let request = try #require(office.service.requests.first?.request)
        #expect(String(decoding: request.query, as: UTF8.self) == "query Q { \"é\" }")
        #expect(request.operationName == "Q")
        #expect(
            request.variables == [
                JSONMember(key: "id", value: .string("x")), JSONMember(key: "n", value: .number("1.50")),
            ])
        #expect(!request.isReadOnly)
        #expect(
            office.service.requests.first?.deadline == office.loopback.reactor.now + 10_000
                || office.service.requests[0].deadline > 10_000)
        _ = try office.post(#"{"query":"{ a }","variables":null,"operationName":null,"extensions":null}"#)
        #expect(office.service.requests.last?.request.variables == [])
        #expect(office.service.requests.last?.request.operationName == nil)
    }

    // MARK: GET

    @Test func aQueryMayComeInTheURL() async throws {
        let office = try await Office.office()
        let answer = try office.get(
            "/graphql?query=query+Q(%24n:Int){a}&variables=%7B%22n%22%3A1%7D&operationName=Q&extensions=%7B%7D")
        #expect(answer.status == 200)
        #expect(answer.headers["cache-control"] == "no-store")
        let request = try #require(office.service.requests.first?.request)
        #expect(String(decoding: request.query, as: UTF8.self) == "query Q($n:Int){a}")
        #expect(request.operationName == "Q")
        #expect(request.variables == [JSONMember(key: "n", value: .number("1"))])
        #expect(request.isReadOnly)
    }

    @Test(arguments: [
        "/graphql", "/graphql?query=", "/graphql?query=%7Ba%7D&variables=1", "/graphql?query=%7Ba%7D&variables=%7B",
        "/graphql?query=%", "/graphql?query=a&query=b",
    ])
    func malformedURLs(target: String) async throws {
        let answer = try await Office.office().get(target)
        #expect(answer.status == 400)
        #expect(try code(answer) == "BAD_INPUT")
    }

    @Test func aBrowserSeesAPage() async throws {
        let office = try await Office.office()
        let answer = try office.get(
            "/graphql", fields: "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
        #expect(answer.headers["content-security-policy"] != nil)
        #expect(answer.body.contains("GraphQL endpoint"))
    }

    /// Nobody sees a name of a schema that is not open to the credentials of this very request.
    @Test func thePageIsForEverybodyWithASampleOfWhatTheCredentialsOpen() async throws {
        let office = try await Office.office()
        func sample(_ fields: String) throws -> String? {
            let answer = try office.get("/graphql", fields: "Accept: text/html\r\n" + fields)
            #expect(answer.status == 200)
            return answer.body.components(separatedBy: "{\"query\": \"").dropFirst().first.map {
                String($0.prefix { $0 != "\"" })
            }
        }
        #expect(try sample("") == "{ apiVersion }")
        #expect(try sample("Authorization: \(Office.token("client"))\r\n") == "{ apiVersion }")
        #expect(try sample("Authorization: Bearer x.y.z\r\n") == "{ __typename }")
    }

    // MARK: Other routes

    @Test(
        arguments: [
            ("GET", "/", 404, nil), ("GET", "/graphql/", 404, nil), ("GET", "/Graphql", 404, nil),
            ("DELETE", "/graphql", 405, "GET, HEAD, POST"), ("OPTIONS", "/graphql", 405, "GET, HEAD, POST"),
            ("POST", "/healthz", 405, "GET, HEAD"), ("BREW", "/schema.graphql", 405, "GET, HEAD"),
            ("GET", "/healthz", 200, nil), ("GET", "/readyz", 200, nil),
        ] as [(String, String, Int, String?)])
    func otherRoutes(method: String, path: String, status: Int, allow: String?) async throws {
        let answer = try await Office.office().get(path, method: method)
        #expect(answer.status == status)
        #expect(answer.headers["allow"] == allow)
        #expect(answer.headers["x-request-id"]?.utf8.count == 32)
    }

    @Test func theSchemaIsTheCallers() async throws {
        let office = try await Office.office()
        let answer = try office.get("/schema.graphql", fields: "Authorization: \(Office.token("client"))\r\n")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(answer.body.contains("apiVersion: String!"))
        #expect(try office.get("/schema.graphql", fields: "Authorization: Bearer x.y.z\r\n").status == 401)
    }

    /// Older tools do not know `@oneOf`: the definition is there for those that ask.
    @Test func theSchemaDefinesOneOfOnRequest() async throws {
        let office = try await Office.office()
        let fields = "Authorization: \(Office.token("client"))\r\n"
        #expect(
            try office.get("/schema.graphql?directives=oneOf", fields: fields).body.contains(
                "directive @oneOf on INPUT_OBJECT"))
        #expect(try !office.get("/schema.graphql", fields: fields).body.contains("@oneOf"))
        let wrong = try office.get("/schema.graphql?directives=oneof", fields: fields)
        #expect(wrong.status == 400 && wrong.body.contains(#"takes \"oneOf\""#), "\(wrong.body)")
    }

    @Test func theSchemaIsClosedToARoleWithoutIntrospection() async throws {
        let office = try await Office.office()
        office.desk.rules = try ScriptedRules(
            ["client": .tenant, "anonymous": .tenant], limits: [.introspectionDepth: 0])
        let noted = #" The request has no token, so that it is answered as the role \"anonymous\"."#
        for (fields, note) in [("", noted), ("Authorization: \(Office.token("client"))\r\n", "")] {
            let answer = try office.get("/schema.graphql", fields: fields)
            #expect(answer.status == 403)
            #expect(
                answer.body
                    == #"{"errors":[{"message":"Introspection is off for this role, and so is the schema's text.\#(note)","extensions":{"code":"LIMIT_EXCEEDED","limit":"introspectionDepth"}}]}"#
            )
        }
    }

    @Test func readinessFollowsTheDatabase() async throws {
        let office = try await Office.office(migrations: ["001_first", "002_second"])
        office.desk.source.users["ready"] = ["001_first"]
        let missing = try office.get("/readyz")
        #expect(missing.status == 503)
        #expect(missing.body.contains("1 of 2 migrations are not applied"))
        office.desk.source.failure = DirectoryFailure(isBadValue: false, detail: "relation \"secret\" does not exist")
        office.desk.now += 2000
        let down = try office.get("/readyz")
        #expect(down.status == 503)
        #expect(!down.body.contains("secret"))
        // Many probes, one reading.
        let before = office.desk.source.readings.count
        for _ in 0..<5 { _ = try office.get("/readyz") }
        #expect(office.desk.source.readings.count == before)
    }

    // MARK: Request ids

    @Test(arguments: [
        ("abc-123_x.y~z", true), ("a b", false), ("", false), (String(repeating: "a", count: 128), true),
        (String(repeating: "a", count: 129), false), ("a\"b", false),
    ])
    func requestIDs(given: String, isTaken: Bool) async throws {
        let answer = try await Office.office().post(fields: "X-Request-Id: \(given)\r\n")
        #expect((answer.headers["x-request-id"] == given) == isTaken)
        #expect(answer.headers["x-request-id"]?.isEmpty == false)
    }

    @Test func everyRequestHasItsOwnID() async throws {
        let office = try await Office.office()
        let ids = try (0..<20).map { _ in try office.post().headers["x-request-id"] }
        #expect(Set(ids).count == 20)
        let client = try office.loopback.connect()
        client.send("GARBAGE\r\n\r\n")
        office.loopback.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.first?.headers["x-request-id"]?.utf8.count == 32)
        #expect(client.answers.first?.status == 400)
    }
}
