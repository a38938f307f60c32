import Testing

@Suite struct CommandLineTests {
    @Test(arguments: [[], ["--help"], ["help"], ["migrate", "--help"]])
    func helpIsPrintedAndFine(_ words: [String]) throws {
        let result = try CommandProcess.run(words)
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: portico"))
    }

    @Test func theVersionIsPrinted() throws {
        let result = try CommandProcess.run(["--version"])
        #expect(result.status == 0 && result.output.hasPrefix("portico 0."))
    }

    @Test func helpNamesEveryCommand() throws {
        let output = try CommandProcess.run([]).output
        for command in ["dev", "serve", "migrate", "seed", "health", "check", "schema", "query", "explain", "token"] {
            #expect(output.contains("\n  \(command) "), "\(command)")
        }
    }

    @Test(arguments: [
        (["nosuch"], "nosuch"), (["migrate", "--bogus"], "--bogus"), (["token"], "--as"),
        (["migrate", "--status", "--baseline"], "exclude each other"),
        (["schema", "--tenant", "a"], "--role"), (["token", "--as", "a", "--expires-in", "soon"], "soon"),
        (["serve", "--workers", "0"], "--workers"),
        (["serve", "--port", "70000"], "70000"), (["migrate", "--project", "/nowhere"], "/nowhere"),
        (["dev", "--project", "/nowhere"], "/nowhere"),
        (["migrate", "--project", "/usr"], "no database is named"),
    ])
    func wrongUsageIsTwoAndSaysWhat(_ words: [String], _ part: String) throws {
        let result = try CommandProcess.run(words)
        #expect(result.status == 2)
        #expect(result.errors.contains(part), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        (["nothing"], "there is no command \"nothing\". `portico help` lists"),
        (["help", "nothing"], "there is no command \"nothing\"."),
        (["nothing", "--help"], "there is no command \"nothing\"."), (["help", "migrat"], "Did you mean \"migrate\"?"),
        (["migrat"], "Did you mean \"migrate\"?"),
        (
            ["access", "matrx"],
            "no command \"access matrx\". Did you mean \"access matrix\"? `portico help access` lists"
        ),
        (["help", "access", "nothing"], "no command \"access nothing\". `portico help access` lists"),
        (["matrix"], "Did you mean \"access matrix\"?"),
        (["help", "migrate", "more"], "no command \"migrate more\". `portico help` lists"),
    ])
    func anUnknownCommandIsWrongUsageAlsoWhereHelpIsAskedFor(_ words: [String], _ part: String) throws {
        let result = try CommandProcess.run(words)
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.contains(part), "\(result.errors)")
    }

    @Test(arguments: [
        (
            ["serve"],
            [
                "listener.host of config/gateway.yaml, or 127.0.0.1)", "listener.port of config/gateway.yaml, or 8080)",
                "or 1)",
            ]
        ),
        (["dev"], ["or 8080)", "(default: .portico/ in the project)"]), (["token"], ["(default: 1h)"]),
        (["access", "test"], ["(default: config/access/tests.yaml of the project)"]),
        (["access", "lint"], ["default: warning)"]), (["migrate"], ["(default: .)"]),
    ])
    func helpNamesTheDefaults(_ words: [String], _ defaults: [String]) throws {
        let help = try CommandProcess.run(["help"] + words).output.split { $0 == "\n" || $0 == " " }.joined(
            separator: " ")
        for text in defaults { #expect(help.contains(text), "\(text) in \(help)") }
    }

    @Test func aDatabaseThatIsNotThereIsOneClearSentence() throws {
        let project = try ProjectCopy()
        let result = try CommandProcess.run([
            "migrate", "--project", project.path, "--database-url", "host=/nowhere dbname=x password=geheim",
        ])
        #expect(result.status == 1)
        #expect(result.errors.contains("the database /nowhere/x cannot be reached"))
        #expect(!result.errors.contains("geheim"))
    }

    @Test(arguments: ["migrate", "check", "serve", "query"]) func aURLThatCannotBeReadIsWrongUsageWithoutItsSecrets(
        _ command: String
    ) throws {
        let project = try ProjectCopy()
        let words =
            [command] + (command == "query" ? ["-"] : []) + [
                "--project", project.path, "--database-url", "postgres://u:geheim@h/x?sslidentity=geheim",
            ]
        let result = try CommandProcess.run(
            words, input: "{ apiVersion }", environment: ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)])
        #expect(result.status == 2)
        #expect(
            result.errors.contains("the parameter sslidentity names a PKCS#12 file")
                && !result.errors.contains("geheim"), "\(result.errors)")
    }

    /// The schema of a URL of Prisma's tools is where migrations make their tables, and where the
    /// gateway reads them.
    @Test func aURLOfPrismasToolsServes() throws {
        let fixture = try ProjectFixture.empty(), project = fixture.project
        let url = fixture.url + "&schema=My%20Shop&connection_limit=2&pool_timeout=5&socket_timeout=3&pgbouncer=false"
        try fixture.psql("CREATE SCHEMA \"My Shop\"")
        for command in ["migrate", "seed"] {
            let result = try CommandProcess.run([command, "--project", project.path, "--database-url", url])
            #expect(result.status == 0, "\(result.errors)")
        }
        #expect(
            try fixture.psql(
                "SELECT count(*) FROM \"My Shop\"._prisma_migrations, pg_tables WHERE schemaname = 'public'") == "0\n")
        let result = try CommandProcess.run(
            ["query", "-", "--as", "user-agency-001", "--project", project.path, "--database-url", url],
            input: "{ tickets { id } }")
        #expect(
            result.output == #"{"data":{"tickets":[{"id":"ticket-001"},{"id":"ticket-002"}]}}"# + "\n",
            "\(result.errors)")
    }

    @Test func theEnvironmentNamesTheDatabaseAndTheFlagWins() throws {
        let fixture = try ProjectFixture.empty()
        let environment = ["DATABASE_URL": fixture.url]
        let words = ["migrate", "--dry-run", "--project", fixture.project.path]
        #expect(try CommandProcess.run(words, environment: environment).status == 0)
        #expect(
            try CommandProcess.run(words + ["--database-url", "host=/nowhere"], environment: environment).status == 1)
    }
}
