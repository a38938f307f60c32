import Testing

@testable import PostgresClient

@Suite struct ConnectionSettingsTests {
    private func value(_ keyword: String, _ parameters: [ConnectionSettings.Parameter]) -> String? {
        parameters.last { $0.keyword == keyword }?.value
    }

    @Test func `a URL and key-value pairs are libpq's own`() throws {
        let url = try ConnectionSettings("postgres://ann:secret@db.example:6432/portico?sslmode=verify-full")
        #expect(url.target == "ann@db.example:6432/portico")
        #expect(value("sslmode", url.pipelineParameters) == "verify-full")
        #expect(value("password", url.pipelineParameters) == "secret")
        let pairs = try ConnectionSettings("host=/run/pg dbname=portico")
        #expect(pairs.target == "/run/pg/portico")
        #expect(try ConnectionSettings("").given.isEmpty)
    }

    @Test(arguments: ["postgres://h/x?nonsense=1", "host", "nonsense=1", "postgres://[::1"])
    func `what libpq cannot read is an error`(text: String) {
        let failure = #expect(throws: DatabaseFailure.self) { _ = try ConnectionSettings(text) }
        #expect(failure?.kind == .invalidInput)
        #expect(failure?.message.hasPrefix("the database URL cannot be read: ") == true)
    }

    @Test func `a URL of Prisma's tools is understood`() throws {
        let settings = try ConnectionSettings(
            "postgresql://ann:geheim@db.example:6432/portico?schema=My%20%22Schema%22&connection_limit=8&pool_timeout=2&connect_timeout=7&socket_timeout=3"
                + "&pgbouncer=true&sslmode=require&application_name=shop&options=-c%20work_mem%3D8MB&statement_cache_size=20&max_idle_connection_lifetime=60"
        )
        #expect(settings.target == "ann@db.example:6432/portico")
        #expect(
            settings.poolWishes
                == ConnectionSettings.PoolWishes(
                    connections: 8, statementTimeoutMilliseconds: 3_000, statements: .unnamed))
        #expect(settings.preparedStatementLimit == 20)
        let own = settings.blockingParameters
        #expect(
            value("connect_timeout", own) == "7" && value("sslmode", own) == "require"
                && value("application_name", own) == "shop")
        #expect(value("options", own) == ##"-c TimeZone=UTC -c search_path="My\ ""Schema""" -c work_mem=8MB"##)
        #expect(settings.transactionSettingsText.contains(##"set_config('search_path', '"My ""Schema"""', true)"##))
        #expect(own.allSatisfy { !["schema", "connection_limit", "pgbouncer"].contains($0.keyword) })
        #expect(try ConnectionSettings("postgres://h/x?schema=it's").transactionSettingsText.contains(##"'"it''s"'"##))
        #expect(
            try ConnectionSettings("postgres://h/x?statement_cache_size=0&schema=a").poolWishes.statements == .unnamed)
        let odd = try ConnectionSettings("postgres://u:x?connection_limit=3@h/x?schema=a")
        #expect(
            value("password", odd.blockingParameters) == "x?connection_limit=3" && odd.schema == "a"
                && odd.poolWishes.connections == nil)
        #expect(try ConnectionSettings("postgres://h/x").poolWishes == ConnectionSettings.PoolWishes())
    }

    /// Prisma's `sslcert` is what libpq calls `sslrootcert`; which is meant, the other parameters
    /// tell.
    @Test(
        arguments: [
            ("sslcert=ca.pem&sslaccept=strict", [nil, "ca.pem", "verify-full"]),
            ("sslcert=ca.pem&sslaccept=accept_invalid_certs&sslmode=require", [nil, nil, "require"]),
            ("sslcert=ca.pem&schema=a", [nil, "ca.pem", nil]),
            ("sslcert=me.pem&sslkey=me.key&schema=a", ["me.pem", nil, nil]), ("sslcert=me.pem", ["me.pem", nil, nil]),
            ("sslaccept=strict&sslmode=disable", [nil, nil, "disable"]),
            ("sslaccept=strict&sslmode=prefer", [nil, nil, "verify-full"]),
        ] as [(String, [String?])])
    func `certificates are those of libpq's words`(query: String, found: [String?]) throws {
        let own = try ConnectionSettings("postgres://h/x?" + query).blockingParameters
        #expect(["sslcert", "sslrootcert", "sslmode"].map { value($0, own) } == found)
    }

    @Test(arguments: [
        ("postgres://u:geheim@h/x?sslidentity=client.p12&sslpassword=geheim", "sslidentity names a PKCS#12 file"),
        ("postgres://u:geheim@h/x?connection_limit=geheim", "connection_limit is no number"),
        ("postgres://u:geheim@h/x?conection_limit=geheim", "know the parameter conection_limit; remove it"),
        ("postgres://h/x?pgbouncer=1", "pgbouncer is neither true nor false"),
        ("postgres://h/x?sslaccept=geheim", "sslaccept is neither"),
        ("prisma://accelerate.example/?api_key=geheim", "an address of Prisma's own service"),
        ("postgres://h/x?schema=", "schema names no schema"),
        // Not a parameter: the rest of a password with characters that stand for themselves nowhere
        // in a URL.
        ("postgres://u:x/y?geheim=geheim@h/x", "cannot be read"),
    ])
    func `what is lost of a URL is named, without its value`(text: String, part: String) {
        let failure = #expect(throws: DatabaseFailure.self) { _ = try ConnectionSettings(text) }
        #expect(
            failure?.message.contains(part) == true && failure?.message.contains("geheim") == false,
            "\(failure?.message ?? "")")
    }

    @Test func `sessions are set by start-up options, the operator's own last`() throws {
        var settings = try ConnectionSettings("host=x options='-c work_mem=8MB'")
        settings.statementTimeoutMilliseconds = 2_000
        settings.readOnly = true
        #expect(
            value("options", settings.pipelineParameters)
                == "-c plan_cache_mode=force_generic_plan -c jit=off -c TimeZone=UTC -c statement_timeout=2000 -c default_transaction_read_only=on -c work_mem=8MB"
        )
        #expect(value("client_encoding", settings.pipelineParameters) == "UTF8")
    }

    @Test func `behind a transaction pooler the settings travel with each batch`() throws {
        var settings = try ConnectionSettings("host=x")
        settings.statements = .unnamed
        settings.statementTimeoutMilliseconds = 2_000
        settings.readOnly = true
        #expect(value("options", settings.pipelineParameters) == nil)
        #expect(
            settings.transactionSettingsText
                == "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true), set_config('TimeZone', 'UTC', true), set_config('statement_timeout', '2000', true), set_config('transaction_read_only', 'on', true)"
        )
    }
}

@Suite struct DatabaseFailureTests {
    @Test(arguments: [
        ("", DatabaseFailure.Kind.unavailable), ("08006", .unavailable), ("53300", .unavailable),
        ("57P01", .unavailable), ("28P01", .unavailable),
        ("57014", .timeout), ("42501", .permissionDenied), ("40001", .serialization), ("40P01", .serialization),
        ("23502", .constraint(.notNull)), ("23503", .constraint(.foreignKey)), ("23505", .constraint(.unique)),
        ("23514", .constraint(.check)), ("23P01", .constraint(.exclusion)), ("23000", .constraint(.other)),
        ("22012", .invalidInput), ("42P01", .other), ("XX000", .other),
    ]) func `a state is of a kind`(state: String, kind: DatabaseFailure.Kind) {
        #expect(DatabaseFailure.kind(ofSQLState: state) == kind)
    }

    @Test func `the description is fit for a stranger, the reflection for the operator`() {
        let failure = DatabaseFailure(
            .permissionDenied, sqlState: "42501", message: "permission denied for table tickets", hint: "grant it\nsoon"
        )
        #expect(failure.description == "The gateway's database role lacks a privilege.")
        #expect("\(failure)" == failure.description)
        #expect(
            String(reflecting: failure)
                == "permissionDenied [42501]: permission denied for table tickets Hint: grant it soon")
    }
}
