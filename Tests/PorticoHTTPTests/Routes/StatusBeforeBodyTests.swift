import JSONBytes
import PorticoAccess
import SocketLoop
import TestCluster
import TestHTTP
import TestIdentity
import Testing

/// What the head alone decides is answered without the body: none of these ever sends one.
@Suite(.onBlockingThreads) struct StatusBeforeBodyTests {
    private static let json = "Content-Type: application/json\r\n"

    /// The answer to a head whose body never comes.
    private func answer(
        _ office: Office, _ fields: String, _ target: String = "POST /graphql", length: Int = 500_000
    ) throws -> Answer {
        let client = try office.loopback.connect()
        client.send("\(target) HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\(fields)\r\n{\"quer")
        office.loopback.turn {
            client.receive(); return client.isEnded
        }
        let answer = try #require(client.answers.first)
        #expect(client.answers.count == 1 && answer.headers["connection"] == "close")
        #expect(office.loopback.listener.bodies.budget.peak == 0)
        #expect(office.service.requests.isEmpty)
        return answer
    }

    @Test(arguments: [
        ("POST /nowhere", "", 404), ("PUT /graphql", "", 405), ("POST /healthz", "", 405), ("POST /graphql", "", 415),
        ("POST /graphql", "Content-Type: text/plain\r\n", 415),
        ("POST /graphql", json + "Content-Encoding: br\r\n", 415),
        ("POST /graphql", json + "Accept: text/csv\r\n", 406),
    ])
    func ofTheRequest(_ target: String, _ fields: String, _ status: Int) async throws {
        #expect(try answer(try await Office.office(), fields, target).status == status)
    }

    @Test func ofItsLength() async throws {
        #expect(try answer(try await Office.office(), Self.json, length: 2 << 20).status == 413)
    }

    @Test(arguments: [
        "Authorization: Basic eDp5\r\n", "Authorization: Bearer not.a.token\r\n", "X-API-Key: unknown\r\n",
        "Authorization: Bearer a.b.c\r\nX-API-Key: k\r\n",
    ])
    func ofCredentialsThatAreNone(_ fields: String) async throws {
        let answer = try answer(try await Office.office(), Self.json + fields)
        #expect(answer.status == 401 && answer.headers["www-authenticate"] == "Bearer error=\"invalid_token\"")
    }

    @Test func ofTokensThatAreNotGood() async throws {
        let office = try await Office.office()
        let now = WallClock.seconds()
        let tokens = [
            Tokens.hmac(payload: Tokens.payload("", sub: "client", exp: now - 60)),
            Tokens.hmac(payload: Tokens.payload("", sub: "nobody at all", exp: now + 60)),
            String(Tokens.hmac(payload: Tokens.payload("", sub: "client", exp: now + 60)).dropLast(4)) + "AAAA",
        ]
        for token in tokens {
            #expect(try answer(office, Self.json + "Authorization: Bearer \(token)\r\n").status == 401)
        }
    }

    @Test func withoutCredentialsWhereSomeAreNeeded() async throws {
        let office = try await Office.office()
        office.desk.rules = try ScriptedRules(["client": .tenant])
        #expect(try answer(office, Self.json).status == 401)
        #expect(try answer(office, Self.json + "Expect: 100-continue\r\n").status == 401)
        // A role without rules.
        office.desk.rules = try ScriptedRules(["anonymous": .tenant])
        #expect(try answer(office, Self.json + "Authorization: \(Office.token("client"))\r\n").status == 403)
    }

    @Test func ofTenantsThatHaveHadTheirShare() async throws {
        let office = try await Office.office()
        office.desk.rules = try ScriptedRules(
            ["anonymous": .tenant, "client": .tenant], limits: [.requestsPerSecond: 1])
        // What is only asked about counts nothing: it is let through as often as it is asked.
        for _ in 0..<3 {
            let client = try office.loopback.connect()
            client.send(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\(Self.json)Expect: 100-continue\r\n\r\n")
            office.loopback.turn {
                client.receive(); return client.answers.first?.status == 100
            }
        }
        #expect(try office.get("/graphql?query=%7BapiVersion%7D").status == 200)
        let client = try office.loopback.connect()
        client.send("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\(Self.json)\r\n")
        office.loopback.turn {
            client.receive(); return client.isEnded
        }
        let refused = try #require(client.answers.first)
        #expect(refused.status == 429 && refused.headers["retry-after"] == "1")
        #expect(try code(refused) == "RATE_LIMITED")
        #expect(office.service.requests.count == 1)
    }

    /// A body that comes later is read for any viewer that may send it; the token is verified
    /// before.
    @Test func aGoodHeadIsFollowedByItsBody() async throws {
        let office = try await Office.office()
        let body = #"{"query":"{ apiVersion }"}"#
        let client = try office.loopback.connect()
        client.send(
            "POST /graphql HTTP/1.1\r\nHost: x\r\n\(Self.json)Authorization: \(Office.token("client"))\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        )
        office.loopback.turn { office.desk.source.readings == ["client"] }
        #expect(office.service.requests.isEmpty)
        client.send(body)
        office.loopback.turn {
            client.receive(); return !client.answers.isEmpty
        }
        #expect(client.answers.map(\.status) == [200] && client.answers[0].headers["connection"] == nil)
        #expect(office.service.requests.map(\.access.viewer.id) == ["client"])
        #expect(office.loopback.listener.bodies.budget.used == 0)
    }

    /// A body that fills the budget is answered as other outages are.
    @Test func aFullBudgetSaysWhenToComeAgain() async throws {
        let office = try await Office.office {
            $0.limits[.bodyBytes] = 20_000
            $0.limits[.body] = 20_000
        }
        let first = try office.loopback.connect(), second = try office.loopback.connect()
        for client in [first, second] {
            client.send(
                "POST /graphql HTTP/1.1\r\nHost: x\r\n\(Self.json)Content-Length: 19000\r\n\r\n"
                    + String(repeating: " ", count: 15_000))
            office.loopback.idle(turns: 3)
        }
        office.loopback.turn {
            first.receive(); second.receive(); return !first.answers.isEmpty || !second.answers.isEmpty
        }
        let refused = try #require(first.answers.first ?? second.answers.first)
        #expect(
            refused.status == 503 && refused.headers["retry-after"] == "1" && refused.headers["connection"] == "close")
        #expect(try code(refused) == "UNAVAILABLE")
        #expect(refused.body.contains("\"limit\":\"bodyBytes\""))
    }
}
