import Foundation
import JSONBytes
import Testing

@Suite struct QueryCommandTests {
    static let nested = """
        query Nested($id: ID!) {
          tenant(id: $id) { id sites(first: 10) { id tickets(first: 10) { id messages(first: 5) { id } } } }
        }
        """

    @Test func theOwnerGetsTheWholeTree() throws {
        let result = try ProjectFixture.seeded().run(
            ["query", "-", "--as", "user-agency-001", "--variables", #"{"id":"agency-001"}"#], input: Self.nested)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output == """
                {"data":{"tenant":{"id":"agency-001","sites":[{"id":"site-001","tickets":[{"id":"ticket-001","messages":[{"id":"message-001"}]}]},\
                {"id":"site-002","tickets":[{"id":"ticket-002","messages":[]}]}]}}}

                """)
    }

    @Test func anotherTenantGetsNull() throws {
        let result = try ProjectFixture.seeded().run(
            ["query", "-", "--as", "user-agency-002", "--variables", #"{"id":"agency-001"}"#], input: Self.nested)
        #expect(result.status == 0)
        #expect(result.output == #"{"data":{"tenant":null}}"# + "\n")
    }

    @Test func aQueryThatDoesNotValidateIsAFailure() throws {
        let result = try ProjectFixture.seeded().run(
            ["query", "-", "--as", "user-client-001", "--variables", #"{"id":"agency-001"}"#], input: Self.nested)
        #expect(result.status == 1)
        #expect(result.output.contains("VALIDATION_ERROR"))
    }

    @Test(
        arguments: [
            (["query", "-", "--as", "nobody"], 1, "There is no such user"),
            (["query", "/nowhere.graphql"], 2, "/nowhere.graphql"),
            (["query", "-", "--variables", "[]"], 2, "one JSON object"),
            (["query", "-", "--variables", "{"], 2, "not JSON"),
        ] as [([String], Int32, String)])
    func whatIsWrongWithTheCallIsSaid(_ words: [String], _ status: Int32, _ part: String) throws {
        let result = try ProjectFixture.seeded().run(words, input: "{ apiVersion }")
        #expect(result.status == status)
        #expect(result.errors.contains(part), "\(result.errors)")
    }

    /// Only where a cursor is at stake: other answers are the same with and without a secret.
    @Test func cursorsThatEndWithTheCallAreSaidToDoSo() throws {
        let fixture = try ProjectFixture.seeded()
        func ask(_ query: String, _ environment: [String: String] = [:]) throws -> CommandProcess.Result {
            let words = [
                "query", "-", "--as", "user-agency-001", "--project", fixture.project.path, "--database-url",
                fixture.url,
            ]
            return try CommandProcess.run(words, input: query, environment: environment)
        }
        let note = "note: cursors of this call end with it, because there is no secret"
        let page = try ask("{ ticketsConnection(first: 1) { pageInfo { endCursor } } }")
        #expect(page.status == 0 && page.errors.contains(note))
        let cursor = try #require(page.output.components(separatedBy: "\"endCursor\":\"").last?.prefix { $0 != "\"" })
        #expect(try ask("{ ticketsConnection(first: 1, after: \"\(cursor)\") { nodes { id } } }").errors.contains(note))
        #expect(try ask("{ ticketsConnection(first: 1) { nodes { id } } }").errors.isEmpty)
        // With a secret they are good in the next call.
        let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
        let sealed = try ask("{ ticketsConnection(first: 1) { pageInfo { endCursor } } }", secret)
        #expect(sealed.errors.isEmpty)
        let kept = try #require(sealed.output.components(separatedBy: "\"endCursor\":\"").last?.prefix { $0 != "\"" })
        let next = try ask("{ ticketsConnection(first: 1, after: \"\(kept)\") { nodes { id } } }", secret)
        #expect(next.status == 0 && next.errors.isEmpty && next.output.contains("ticket-"))
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
        let result = try fixture.run(
            ["explain", "-", "--analyze", "--as", "user-agency-001", "--variables", #"{"id":"agency-001"}"#],
            input: Self.nested)
        #expect(result.status == 0, "\(result.errors)")
        let rows = result.output.split(separator: "\n").filter { $0.contains("measured") }.compactMap {
            $0.split(separator: " ").dropFirst().first
        }
        #expect(rows == ["1", "2", "2", "1"])
        #expect(
            try fixture.run(["explain", "-", "--analyze", "--as", "user-agency-001"], input: Self.nested).status == 2)
    }

    @Test func explainLaysStatementsOutAndColoursThemOnATerminalAlone() throws {
        let fixture = try ProjectFixture.seeded()
        let text = try fixture.run(["explain", "-", "--as", "user-agency-001"], input: Self.nested).output
        #expect(text.contains("\n             FROM \"tenants\" AS t0\n             WHERE ") && !text.contains("\u{1B}"))
        // A terminal, by the program that gives one.
        let words =
            "\(CommandProcess.program) explain \(fixture.project.path)/q.graphql --project \(fixture.project.path) --as user-agency-001 --database-url '\(fixture.url)'"
        try fixture.project.write("{ tickets { id } }", to: "q.graphql")
        func shown(_ environment: [String]) throws -> String {
            let process = Process(), output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments =
                ["-u", "NO_COLOR"] + environment + ["TERM=xterm", "script", "-qec", words, "/dev/null"]
            process.standardOutput = output
            process.standardInput = FileHandle.nullDevice
            try process.run()
            return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        #expect(try shown([]).contains("\u{1B}[1mFROM\u{1B}[0m \u{1B}[36m\"tickets\"\u{1B}[0m"))
        let plain = try shown(["NO_COLOR=1"])
        #expect(plain.contains("FROM \"tickets\"") && !plain.contains("\u{1B}"))
    }

    @Test func explainAsJSONHasWhatTheTextHas() throws {
        let fixture = try ProjectFixture.seeded()
        let words = ["explain", "-", "--json", "--analyze", "--as", "user-client-001"]
        let result = try fixture.run(words, input: "query Q { tickets(first: 3) { messages { body } } }")
        #expect(result.status == 0, "\(result.errors)")
        let plan = try parseJSON(Array(result.output.utf8))
        #expect(
            plan["name"]?.string == "Q" && plan["operation"]?.string == "query" && plan["scope"]?.string == "one tenant"
        )
        guard case .array(let loads)? = plan["loads"] else { return #expect(Bool(false), "\(result.output)") }
        #expect(loads.map { $0["path"]?.string } == ["tickets", "tickets.messages"])
        #expect(
            loads[0]["sql"]?.string?.hasPrefix("SELECT ") == true && loads[0]["sql"]?.string?.contains("\n") == false)
        guard case .array(let conditions)? = loads[0]["conditions"] else {
            return #expect(Bool(false), "\(result.output)")
        }
        #expect(conditions.map { $0["reason"]?.string } == ["isolation", "rule", "rule"])
        #expect(result.output.contains(#""origins":["config/access/roles.yaml:54:9"]"#))
        guard case .number("2")? = loads[0]["measured"]?["rows"], case .number("1")? = loads[1]["after"] else {
            return #expect(Bool(false), "\(result.output)")
        }
    }

    @Test func explainPointsIntoTheQuery() throws {
        let result = try ProjectFixture.seeded().run(
            ["explain", "-", "--as", "user-agency-001"], input: "{\n  tickts { id }\n}")
        #expect(result.status == 1)
        #expect(result.errors.contains("2:3: error:") && result.errors.contains("^~~~~~"))
    }

    @Test func theSchemaIsThatOfTheRole() throws {
        let fixture = try ProjectFixture.seeded()
        let whole = try fixture.run(["schema"]), client = try fixture.run(["schema", "--role", "client"])
        #expect(whole.status == 0 && whole.output.contains("type Payment ") && !whole.output.contains("password"))
        #expect(
            client.status == 0 && client.output.contains("type Ticket ") && !client.output.contains("type Payment "))
        let narrowed = try fixture.run(["schema", "--role", "client", "--tenant", "agency-002"])
        #expect(client.output.contains("slaResponseDueAt") && !narrowed.output.contains("slaResponseDueAt"))
        let defining = try fixture.run(["schema", "--directives", "oneOf"])
        #expect(
            !whole.output.contains("directive @oneOf") && defining.output.contains("directive @oneOf on INPUT_OBJECT"))
        #expect(try fixture.run(["schema", "--directives", "skip"]).status == 2)
        let wrong = try fixture.run(["schema", "--role", "cliente"])
        #expect(wrong.status == 2 && wrong.errors.contains("Did you mean \"client\"?"))
    }

    @Test func tokensAreSigned() throws {
        let project = try ProjectCopy()
        let words = ["token", "--as", "user-agency-001", "--expires-in", "2h", "--project", project.path]
        #expect(try CommandProcess.run(words).status == 2)
        let result = try CommandProcess.run(
            words, environment: ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.split(separator: ".").count == 3)
        let short = try CommandProcess.run(words, environment: ["PORTICO_JWT_SECRET": "short"])
        #expect(short.status == 2 && short.errors.contains("at least 32"))
    }
}

extension JSONValue {
    fileprivate var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
