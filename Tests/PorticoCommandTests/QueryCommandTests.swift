import JSONBytes
import Testing

@Suite struct QueryCommandTests {
    static let nested = """
        query Nested($id: ID!) {
          tenant(id: $id) { id sites(first: 10) { id tickets(first: 10) { id messages(first: 5) { id } } } }
        }
        """

    @Test func theOwnerGetsTheWholeTree() throws {
        let result = try ProjectFixture.seeded().run(["query", "-", "--as", "user-agency-001", "--variables", #"{"id":"agency-001"}"#], input: Self.nested)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == """
            {"data":{"tenant":{"id":"agency-001","sites":[{"id":"site-001","tickets":[{"id":"ticket-001","messages":[{"id":"message-001"}]}]},\
            {"id":"site-002","tickets":[{"id":"ticket-002","messages":[]}]}]}}}

            """)
    }

    @Test func anotherTenantGetsNull() throws {
        let result = try ProjectFixture.seeded().run(["query", "-", "--as", "user-agency-002", "--variables", #"{"id":"agency-001"}"#], input: Self.nested)
        #expect(result.status == 0)
        #expect(result.output == #"{"data":{"tenant":null}}"# + "\n")
    }

    @Test func aQueryThatDoesNotValidateIsAFailure() throws {
        let result = try ProjectFixture.seeded().run(["query", "-", "--as", "user-client-001", "--variables", #"{"id":"agency-001"}"#], input: Self.nested)
        #expect(result.status == 1)
        #expect(result.output.contains("VALIDATION_ERROR"))
    }

    @Test(arguments: [
        (["query", "-", "--as", "nobody"], 1, "There is no such user"), (["query", "/nowhere.graphql"], 2, "/nowhere.graphql"),
        (["query", "-", "--variables", "[]"], 2, "one JSON object"), (["query", "-", "--variables", "{"], 2, "not JSON"),
    ] as [([String], Int32, String)])
    func whatIsWrongWithTheCallIsSaid(_ words: [String], _ status: Int32, _ part: String) throws {
        let result = try ProjectFixture.seeded().run(words, input: "{ apiVersion }")
        #expect(result.status == status)
        #expect(result.errors.contains(part), "\(result.errors)")
    }

    @Test func explainShowsTheLoadsWithoutVariables() throws {
        let result = try ProjectFixture.seeded().run(["explain", "-", "--as", "user-agency-001"], input: Self.nested)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("query Nested: 4 loads"))
        #expect(result.output.contains("-- isolation"))
        #expect(result.errors.contains("no value given for $id"))
    }

    @Test func explainMeasuresWhenAsked() throws {
        let fixture = try ProjectFixture.seeded()
        let result = try fixture.run(["explain", "-", "--analyze", "--as", "user-agency-001", "--variables", #"{"id":"agency-001"}"#], input: Self.nested)
        #expect(result.status == 0, "\(result.errors)")
        let rows = result.output.split(separator: "\n").filter { $0.contains("measured") }.compactMap { $0.split(separator: " ").dropFirst().first }
        #expect(rows == ["1", "2", "2", "1"])
        #expect(try fixture.run(["explain", "-", "--analyze", "--as", "user-agency-001"], input: Self.nested).status == 2)
    }

    @Test func explainPointsIntoTheQuery() throws {
        let result = try ProjectFixture.seeded().run(["explain", "-", "--as", "user-agency-001"], input: "{\n  tickts { id }\n}")
        #expect(result.status == 1)
        #expect(result.errors.contains("2:3: error:") && result.errors.contains("^~~~~~"))
    }

    @Test func theSchemaIsThatOfTheRole() throws {
        let fixture = try ProjectFixture.seeded()
        let whole = try fixture.run(["schema"]), client = try fixture.run(["schema", "--role", "client"])
        #expect(whole.status == 0 && whole.output.contains("type Payment ") && !whole.output.contains("password"))
        #expect(client.status == 0 && client.output.contains("type Ticket ") && !client.output.contains("type Payment "))
        let narrowed = try fixture.run(["schema", "--role", "client", "--tenant", "agency-002"])
        #expect(client.output.contains("slaResponseDueAt") && !narrowed.output.contains("slaResponseDueAt"))
        let defining = try fixture.run(["schema", "--directives", "oneOf"])
        #expect(!whole.output.contains("directive @oneOf") && defining.output.contains("directive @oneOf on INPUT_OBJECT"))
        #expect(try fixture.run(["schema", "--directives", "skip"]).status == 2)
        let wrong = try fixture.run(["schema", "--role", "cliente"])
        #expect(wrong.status == 2 && wrong.errors.contains("Did you mean \"client\"?"))
    }

    @Test func tokensAreSigned() throws {
        let project = try ProjectCopy()
        let words = ["token", "--as", "user-agency-001", "--expires-in", "2h", "--project", project.path]
        #expect(try CommandProcess.run(words).status == 2)
        let result = try CommandProcess.run(words, environment: ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.split(separator: ".").count == 3)
        let short = try CommandProcess.run(words, environment: ["PORTICO_JWT_SECRET": "short"])
        #expect(short.status == 2 && short.errors.contains("at least 32"))
    }
}
