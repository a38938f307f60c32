import Testing

@testable import PostgresClient

@Suite struct ConnectionSettingsTests {
    private func value(_ keyword: String, _ parameters: [ConnectionSettings.Parameter]) -> String? { parameters.last { $0.keyword == keyword }?.value }

    @Test func `a URL and key-value pairs are libpq's own`() throws {
        let url = try ConnectionSettings("postgres://ann:secret@db.example:6432/portico?sslmode=verify-full")
        #expect(url.target == "ann@db.example:6432/portico")
        #expect(value("sslmode", url.pipelineParameters) == "verify-full")
        #expect(value("password", url.pipelineParameters) == "secret")
        let pairs = try ConnectionSettings("host=/run/pg dbname=portico")
        #expect(pairs.target == "/run/pg/portico")
        #expect(try ConnectionSettings("").given.isEmpty)
    }

    @Test(arguments: ["postgres://h/x?nonsense=1", "host", "nonsense=1", "postgres://[::1"]) func `what libpq cannot read is an error`(text: String) {
        let failure = #expect(throws: DatabaseFailure.self) { _ = try ConnectionSettings(text) }
        #expect(failure?.kind == .invalidInput)
        #expect(failure?.message.hasPrefix("the database URL cannot be read: ") == true)
    }

    @Test func `sessions are set by start-up options, the operator's own last`() throws {
        var settings = try ConnectionSettings("host=x options='-c work_mem=8MB'")
        settings.statementTimeoutMilliseconds = 2_000
        settings.readOnly = true
        #expect(value("options", settings.pipelineParameters) == "-c plan_cache_mode=force_generic_plan -c jit=off -c TimeZone=UTC -c statement_timeout=2000 -c default_transaction_read_only=on -c work_mem=8MB")
        #expect(value("client_encoding", settings.pipelineParameters) == "UTF8")
    }

    @Test func `behind a transaction pooler the settings travel with each batch`() throws {
        var settings = try ConnectionSettings("host=x")
        settings.statements = .unnamed
        settings.statementTimeoutMilliseconds = 2_000
        settings.readOnly = true
        #expect(value("options", settings.pipelineParameters) == nil)
        #expect(settings.transactionSettingsText == "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true), set_config('TimeZone', 'UTC', true), set_config('statement_timeout', '2000', true), set_config('transaction_read_only', 'on', true)")
    }
}

@Suite struct DatabaseFailureTests {
    @Test(arguments: [
        ("", DatabaseFailure.Kind.unavailable), ("08006", .unavailable), ("53300", .unavailable), ("57P01", .unavailable), ("28P01", .unavailable),
        ("57014", .timeout), ("42501", .permissionDenied), ("40001", .serialization), ("40P01", .serialization),
        ("23502", .constraint(.notNull)), ("23503", .constraint(.foreignKey)), ("23505", .constraint(.unique)), ("23514", .constraint(.check)), ("23P01", .constraint(.exclusion)), ("23000", .constraint(.other)),
        ("22012", .invalidInput), ("42P01", .other), ("XX000", .other),
    ]) func `a state is of a kind`(state: String, kind: DatabaseFailure.Kind) {
        #expect(DatabaseFailure.kind(ofSQLState: state) == kind)
    }

    @Test func `the description is fit for a stranger, the reflection for the operator`() {
        let failure = DatabaseFailure(.permissionDenied, sqlState: "42501", message: "permission denied for table tickets", hint: "grant it\nsoon")
        #expect(failure.description == "The gateway's database role lacks a privilege.")
        #expect("\(failure)" == failure.description)
        #expect(String(reflecting: failure) == "permissionDenied [42501]: permission denied for table tickets Hint: grant it soon")
    }
}
