import Diagnostics
import Glibc
import PorticoAccess
import Testing
import YAMLTree
@testable import PorticoConfiguration

/// A text of `config/gateway.yaml` → what is configured, or every problem with its position.
struct GatewayConfigurationTests {
    private func read(
        _ text: String, environment: [String: String] = [:], flags: ConfigurationFlags = ConfigurationFlags()
    ) throws(Diagnostics) -> GatewayConfiguration {
        try GatewayConfiguration.read(
            SourceText(name: "gateway.yaml", text), project: "/project", environment: { environment[$0] }, flags: flags)
    }

    /// `line:column: message` and the hint, for each problem.
    private func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
        let source = SourceText(name: "gateway.yaml", text)
        do throws(Diagnostics) {
            _ = try read(text, environment: environment)
            return []
        } catch {
            return error.items.map { item in
                let place =
                    item.range.map { source.position(at: Int($0.start)) }.map { "\($0.line):\($0.column): " } ?? ""
                return place + item.message + (item.hint.map { " | \($0)" } ?? "")
            }
        }
    }

    @Test func theFileOfThisRepositoryIsRight() throws {
        let here = try #require(realpath(#filePath, nil))
        defer { free(here) }
        let project = String(cString: here).split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let configuration = try GatewayConfiguration.load(project: project, environment: { _ in nil })
        #expect(configuration.listener.host == "127.0.0.1")
        #expect(configuration.limits[.first] == 500)
        // Without the file, everything is as the defaults are: the limits that it states are those.
        for name in LimitName.allCases { #expect(configuration.limits[name] == name.definition.standard) }
        #expect(configuration.limits.rules == RuleLimits())
    }

    @Test func everythingThatCanBeSaid() throws {
        let secret = String(repeating: "s", count: 32)
        let configuration = try read(
            """
            listener: { host: 0.0.0.0, port: 9000, workers: 3, unixSocket: { path: run/http.sock, mode: "0600" } }
            database: { url: "${DB:-postgresql:///fallback}", connections: 7, leases: 2, consistency: request, statements: unnamed, statementTimeout: 2m }
            authentication:
              keys:
                - { kid: a, algorithm: HS256, secret: \(secret) }
                - { algorithm: EdDSA, publicKey: PEM }
              jwks: { url: "https://example.com/keys", refresh: 5m }
              issuer: me
              audience: [one, two]
              leeway: 30s
              users: { table: app.people, id: pid, role: kind, tenant: firm, status: null }
              tenants: { table: firms, parent: null, status: state, active: open }
              apiKeys: [{ user: u, sha256: \(String(repeating: "0f", count: 32)) }]
            limits: { requestTimeout: 1500ms, body: 64KiB, maximumFirst: 100 }
            logging: { level: off, format: json }
            """)
        #expect(configuration.listener.host == "0.0.0.0")
        #expect(configuration.listener.port == 9000)
        #expect(configuration.listener.workers == 3)
        #expect(
            configuration.listener.unixSocket == UnixSocketConfiguration(path: "/project/run/http.sock", mode: 0o600))
        #expect(configuration.database.url == "postgresql:///fallback")
        #expect(configuration.database.connections == 7)
        #expect(configuration.database.leases == 2)
        #expect(configuration.database.consistency == .request)
        #expect(configuration.database.statements == .unnamed)
        #expect(configuration.database.statementTimeout == 120_000)
        let authentication = configuration.authentication
        #expect(
            authentication.keys == [
                KeyConfiguration(kid: "a", algorithm: .hs256, material: .secret(secret)),
                KeyConfiguration(kid: nil, algorithm: .eddsa, material: .publicKey(pem: "PEM")),
            ])
        #expect(authentication.jwks?.source == .url("https://example.com/keys"))
        #expect(authentication.jwks?.refresh == 300_000)
        #expect(authentication.requirements == TokenRequirements(issuer: "me", audience: ["one", "two"], leeway: 30))
        #expect(authentication.users?.table == "app.people")
        #expect(authentication.users?.status == nil)
        #expect(authentication.tenants?.parent == nil)
        #expect(authentication.tenants?.status == StatusColumn(column: "state", active: "open"))
        #expect(authentication.apiKeys == [APIKeyBinding(user: "u", sha256: Array(repeating: 0x0F, count: 32))])
        #expect(configuration.limits[.requestTimeout] == 1500)
        #expect(configuration.limits[.body] == 65_536)
        #expect(configuration.limits[.first] == 100)
        #expect(configuration.limits[.connections] == LimitName.connections.definition.standard)
        #expect(configuration.logging.level == nil)
        #expect(configuration.logging.format == .json)
    }

    @Test func theEnvironmentWinsOverTheFileAndFlagsOverTheEnvironment() throws {
        let text = "{ listener: { host: file, port: 1 }, database: { url: file } }"
        let environment = [
            "PORTICO_HOST": "env", "PORTICO_PORT": "2", "DATABASE_URL": "env", "PORTICO_JWT_SECRET": "secret",
        ]
        #expect(try read(text).listener.host == "file")
        let fromEnvironment = try read(text, environment: environment)
        #expect(fromEnvironment.listener.host == "env")
        #expect(fromEnvironment.listener.port == 2)
        #expect(fromEnvironment.database.url == "env")
        #expect(
            fromEnvironment.authentication.keys == [
                KeyConfiguration(kid: nil, algorithm: .hs256, material: .secret("secret"))
            ])
        let fromFlags = try read(
            text, environment: environment,
            flags: ConfigurationFlags(databaseURL: "flag", host: "flag", port: 3, workers: 4, secret: "other"))
        #expect(fromFlags.listener.host == "flag")
        #expect(fromFlags.listener.port == 3)
        #expect(fromFlags.listener.workers == 4)
        #expect(fromFlags.database.url == "flag")
        #expect(
            fromFlags.authentication.keys == [KeyConfiguration(kid: nil, algorithm: .hs256, material: .secret("other"))]
        )
    }

    /// What a URL of Prisma's tools says of the pool goes with the database that it names.
    @Test func aURLOfPrismasToolsSizesThePool() throws {
        let text = "listener: { workers: 2 }\ndatabase: { connections: 9, statements: prepared, statementTimeout: 15s }"
        func database(_ url: String) throws -> DatabaseConfiguration {
            try GatewayConfiguration.read(
                SourceText(name: "gateway.yaml", text), project: "/p", environment: { $0 == "DATABASE_URL" ? url : nil }
            ).database
        }
        let wished = try database("postgres://h/x?connection_limit=7&socket_timeout=4&pgbouncer=true")
        #expect(wished.connections == 3 && wished.statementTimeout == 4_000 && wished.statements == .unnamed)
        #expect(try database("postgres://h/x?connection_limit=1").connections == 1)
        let plain = try database("postgres://h/x?application_name=a")
        #expect(plain.connections == 9 && plain.statementTimeout == 15_000 && plain.statements == .prepared)
        // One that cannot be read is refused where it is used.
        #expect(try database("postgres://h/x?connection_limit=many").connections == 9)
    }

    @Test func theSecretOfTheEnvironmentLeavesKeysWithAKid() throws {
        let secret = String(repeating: "x", count: 40)
        let text =
            "authentication: { keys: [{ kid: partner, algorithm: HS256, secret: \(secret) }, { algorithm: HS256, secret: \(secret) }] }"
        let keys = try read(text, environment: ["PORTICO_JWT_SECRET": "mine"]).authentication.keys
        #expect(keys.map(\.kid) == ["partner", nil])
        #expect(keys.last?.material == .secret("mine"))
    }

    @Test func withoutAKeyNobodyCanSignIn() throws {
        #expect(try read("{}").authentication.hasKey == false)
        #expect(try read("{}", environment: ["PORTICO_JWT_SECRET": "x"]).authentication.hasKey)
    }

    @Test(arguments: [
        ("listner: {}", ["1:1: The key `listner` is not known in the configuration. | Did you mean \"listener\"?"]),
        (
            "listener:\n  prt: 1\n  port: 99999",
            [
                "2:3: The key `prt` is not known in the listener. | Did you mean \"port\"?",
                "3:9: Expected the port from 0 to 65535, found 99999.",
            ]
        ),
        (
            "database:\n  url: ${NOWHERE}",
            ["2:8: The environment variable NOWHERE is not set. | Set it, or write `${NOWHERE:-default}`."]
        ),
        (
            "limits: { body: 3 parsecs }",
            [
                "1:17: Expected the limit `body` as a number of bytes, found `3 parsecs`. | Write it with its unit, such as `64KiB` or `1MiB`."
            ]
        ),
        (
            "limits: { requestTimeout: 10 }",
            [
                "1:27: Expected the limit `requestTimeout` as a duration, found `10`. | Write it with its unit, such as `500ms`, `10s` or `5m`."
            ]
        ),
        (
            "limits: { requestTimeout: 1ms }",
            ["1:27: Expected the limit `requestTimeout` from 10ms to 3600000ms, found 1ms."]
        ),
        ("limits: { first: 600 }", ["1:18: The limit `first` (600) is above `maximumFirst` (500)."]),
        (
            "limits: { alises: 1, depth: 101, rows: off }",
            [
                "1:11: The key `alises` is not known in the limits. | Did you mean \"aliases\"?",
                "1:29: Expected the limit `depth` from 1 to 100, found 101.",
                "1:40: Expected the limit `rows` as a whole number, found `off`.",
            ]
        ),
        (
            "logging: { level: loud }",
            [
                "1:19: Expected the log level as one of `trace`, `debug`, `info`, `notice`, `warning`, `error`, `critical`, `off`, found `loud`."
            ]
        ),
        (
            "authentication: { keys: [{ algorithm: none, secret: x }] }",
            [
                "1:39: Expected the algorithm as one of `HS256`, `RS256`, `ES256`, `EdDSA`, found `none`."
            ]
        ),
        (
            "authentication: { keys: [{ algorithm: HS256, secret: short }] }",
            ["1:54: The secret has 5 bytes; HS256 needs at least 32."]
        ),
        (
            "authentication: { keys: [{ algorithm: RS256, secret: short }] }",
            ["1:26: A key for RS256 takes either `publicKey` or `file`, found `secret`."]
        ),
        (
            "authentication: { keys: [{ algorithm: ES256, file: no.pem }] }",
            ["1:52: The file `no.pem` cannot be read: No such file or directory."]
        ),
        (
            "authentication: { jwks: { url: \"http://example.com/k\" } }",
            [
                "1:32: Expected the URL of the JWKS to begin with `https://`: who can change the answer on its way can sign tokens. "
                    + "| By `http://` a JWKS is fetched from this machine alone: localhost, 127.0.0.1 or [::1]."
            ]
        ),
        (
            "authentication: { jwks: { url: \"http://localhost.elsewhere.example/k\" } }",
            [
                "1:32: Expected the URL of the JWKS to begin with `https://`: who can change the answer on its way can sign tokens. "
                    + "| By `http://` a JWKS is fetched from this machine alone: localhost, 127.0.0.1 or [::1]."
            ]
        ),
        (
            "authentication: { jwks: { url: \"ftp://example.com/k\" } }",
            ["1:32: Expected a URL that begins with `https://`."]
        ),
        (
            "authentication: { jwks: { url: \"https://example.com:0/k\" } }",
            ["1:32: The port of the URL is not a number from 1 to 65535."]
        ),
        (
            "authentication: { apiKeys: [{ user: u, sha256: abc }] }",
            [
                "1:48: Expected the SHA-256 of the key as 64 hexadecimal digits. | `printf %s KEY | sha256sum` prints it."
            ]
        ),
        (
            "authentication: { users: null, apiKeys: [{ user: u, sha256: \(String(repeating: "0", count: 64)) }] }",
            [
                "1:41: An API key stands for a user, and with `users: null` there is no table that says the user's role and tenant."
            ]
        ),
        (
            "authentication: { claims: { tenants: t, roles: { A: b } } }",
            [
                "1:29: `tenants` counts only with `users: null`: of a user in a table, the row says the role and the tenant.",
                "1:41: `roles` counts only with `users: null`: of a user in a table, the row says the role and the tenant.",
            ]
        ),
        (
            "authentication: { users: null, claims: { role: [], tenant: \"\", rol: x, roles: {} } }",
            [
                "1:64: The key `rol` is not known in the claims. | Did you mean \"role\" or \"roles\"?",
                "1:48: Expected the claim of the role as a name, or as a list of the names that lead to it, such as `[realm_access, roles]`.",
                "1:60: Expected the claim of the tenant as a name, or as a list of the names that lead to it, such as `[realm_access, roles]`.",
                "1:79: There is no value of the role claim here, so that nobody would have a role.",
            ]
        ),
        ("listener: { host: null }", ["1:11: Without a host, the listener needs a `unixSocket`."]),
        ("", ["1:1: The file is empty. | Write `{}` for a file that says nothing."]),
    ])
    func wrongConfigurations(text: String, expected: [String]) {
        #expect(problems(text) == expected)
    }

    @Test func aPortThatIsNoneInTheEnvironment() {
        #expect(
            problems("{}", environment: ["PORTICO_PORT": "http"]) == [
                "The environment variable PORTICO_PORT is not a port from 0 to 65535: \"http\"."
            ])
    }

    @Test(arguments: LimitName.allCases.map(\.definition) + RequestLimit.allCases.map(\.definition))
    func everyDefaultIsAllowed(definition: LimitDefinition) {
        #expect(definition.range.contains(definition.standard) || definition.mayBeOff)
        #expect(!definition.reason.isEmpty)
    }

    @Test func everyLimitHasOneKey() {
        let keys = LimitName.allCases.map(\.rawValue) + RequestLimit.allCases.map(\.gatewayKey)
        #expect(Set(keys).count == keys.count)
        #expect(Set(RequestLimit.allCases.map(\.name)).count == RequestLimit.allCases.count)
        for limit in RequestLimit.allCases { #expect(RequestLimit(named: limit.name) == limit) }
    }

    @Test func limitsOfRequestsAreSetByTheirKeys() throws {
        let limits = try read(
            "limits: { first: 10, maximumFirst: 20, maximumOffset: 0, requestTimeout: 2s, aliases: 3, documentBytes: 4KiB, concurrentRequests: 8, requestsPerSecond: off }"
        ).limits.rules
        #expect(
            limits == [
                .defaultFirst: 10, .first: 20, .offset: 0, .requestTimeout: 2000, .aliases: 3, .documentBytes: 4096,
                .concurrentRequests: 8,
            ])
    }

    @Test(arguments: [("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("1h", 3_600_000)]) func durations(
        text: String, milliseconds: Int
    ) {
        #expect(Quantity.milliseconds(text) == milliseconds)
    }

    @Test(arguments: ["", "10", "s", "-1s", "1.5s", "1 s", "99999999999999999999h", "9999999999999999h"])
    func noDurations(text: String) {
        #expect(Quantity.milliseconds(text) == nil)
    }

    @Test(arguments: [("512", 512), ("1B", 1), ("64KiB", 65_536), ("1MiB", 1 << 20), ("2MB", 2_000_000)]) func sizes(
        text: String, bytes: Int
    ) {
        #expect(Quantity.bytes(text) == bytes)
    }

    // MARK: Documents, compression, CORS

    @Test func whatClientsMayDo() throws {
        let configuration = try read(
            """
            documents: { folder: known, only: [client, agency_agent], automatic: false }
            compression: false
            cors: { origins: ["https://app.example.com", "http://localhost:3000"], headers: [Authorization, X-Own], maxAge: 1h }
            limits: { batch: 10, persistedDocuments: 5, persistedBytes: 1MiB }
            """)
        #expect(configuration.documents.folder == "known")
        #expect(configuration.documents.folderRange != nil)
        #expect(!configuration.documents.automatic)
        #expect(
            configuration.documents.only.restricts("client") && configuration.documents.only.restricts("agency_agent")
                && !configuration.documents.only.restricts("owner"))
        #expect(!configuration.compression)
        #expect(configuration.cors?.origins == .these(["https://app.example.com", "http://localhost:3000"]))
        #expect(configuration.cors?.headers == ["authorization", "x-own"])
        #expect(configuration.cors?.maximumAge == 3_600_000)
        #expect(configuration.limits[.batch] == 10)
        #expect(try read("documents: { only: true }").documents.only == .everybody)
        #expect(try read("documents: { only: false }").documents.only == .nobody)
        #expect(try read("cors: null").cors == nil)
        #expect(try read("cors: { origins: \"*\" }").cors?.origins == .any)
    }

    @Test(arguments: [
        (
            "documents: { only: client }",
            "1:20: Expected `only`, which may also be a list of roles, as `true` or `false`"
        ), ("documents: { onyl: true }", "Did you mean \"only\"?"),
        ("documents: { folder: \"\" }", "The value of `folder` is empty."),
        ("compression: gzip", "1:14: Expected `compression` as `true` or `false`"),
        ("cors: {}", "The key `origins` is missing"),
        ("cors: { origins: https://a.example }", "as a list or as `\"*\"`"),
        ("cors: { origins: [\"https://a.example/\"] }", "is not an origin"),
        ("cors: { origins: [\"*\"] }", "is not an origin"), ("cors: { origins: [\"null\"] }", "is not an origin"),
        ("cors: { origins: [\"https://App.example\"] }", "in small letters"),
        ("cors: { origins: \"*\", headers: [\"x y\"] }", "is not the name of a header field"),
        ("cors: { origins: \"*\", maxAge: 2 }", "as a duration"),
    ])
    func whatIsWrongAboutThem(text: String, part: String) {
        #expect(problems(text).contains { $0.contains(part) }, "\(problems(text))")
    }
}
