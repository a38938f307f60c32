import CLibPQ
import Glibc

/// How to reach the database and how each session is configured.
///
/// The text has libpq's syntax: a `postgres://` URL or `key=value` pairs, completed by the `PG…`
/// environment, `~/.pgpass` and service files; it also configures TLS (`sslmode`, `sslrootcert`,
/// …). A URL may have the parameters of Prisma's tools (``PrismaURL``).
public struct ConnectionSettings: Sendable, Equatable {
    public enum StatementMode: String, Sendable, CaseIterable {
        /// Every statement is prepared once per connection.
        case prepared
        /// For a transaction pooler: no session state is used. Each batch sets what it needs for
        /// its own transaction, and statements are parsed each time.
        case unnamed
    }

    /// Prepared statements per connection (server memory); evicts the least recently used.
    public static let defaultPreparedStatementLimit = 500

    /// Bytes of their texts per connection: the server needs fifty times as much for a long
    /// statement with hundreds of conditions.
    public static let defaultPreparedTextLimit = 1 << 20

    public var statements: StatementMode = .prepared
    public var preparedStatementLimit = Self.defaultPreparedStatementLimit
    public var preparedTextLimit = Self.defaultPreparedTextLimit
    /// The server's own limit for each statement in milliseconds; `nil` keeps its setting.
    public var statementTimeoutMilliseconds: Int?
    /// Whether the caller keeps one transaction open around everything that a connection runs.
    /// Nothing may precede it; the caller applies the settings itself
    /// (``transactionSettingsText``).
    public var callerHoldsTransaction = false
    /// Whether the pool's sessions refuse all changes.
    public var readOnly = false

    /// The schema of unqualified table names; `nil` keeps the role's own search path.
    public var schema: String?
    /// The pool settings in a URL of Prisma's tools, to be applied by the pool's owner.
    public struct PoolWishes: Sendable, Equatable {
        /// Connections of the whole process.
        public var connections: Int?
        public var statementTimeoutMilliseconds: Int?
        public var statements: StatementMode?
    }

    public let poolWishes: PoolWishes

    /// The parameters in the text, in libpq's order, without the environment.
    let given: [Parameter]

    struct Parameter: Sendable, Equatable {
        var keyword: String
        var value: String
    }

    /// - Throws: ``DatabaseFailure`` (``DatabaseFailure/Kind/invalidInput``) for libpq's errors.
    public init(_ text: String) throws(DatabaseFailure) {
        let url: PrismaURL
        do throws(PrismaURL.Problem) {
            url = try PrismaURL(text)
        } catch {
            throw DatabaseFailure(.invalidInput, message: "the database URL cannot be read: \(error.reason)")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url.text, &message) else {
            let reason = message.map { String(cString: $0) } ?? "out of memory"
            PQfreemem(message)
            let unknown = PrismaURL.unknownParameter(in: url.text, known: Self.libpqKeywords)
            throw DatabaseFailure(
                .invalidInput, message: "the database URL cannot be read: \(unknown ?? Self.withoutValues(reason))")
        }
        defer { PQconninfoFree(options) }
        var given: [Parameter] = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                given.append(Parameter(keyword: String(cString: keyword), value: String(cString: value)))
            }
            option += 1
        }
        self.given = Self.parameters(given, of: url)
        schema = url.schema
        let limit = url.preparedStatements ?? Self.defaultPreparedStatementLimit
        if limit > 0 { preparedStatementLimit = limit }
        poolWishes = PoolWishes(
            connections: url.connections, statementTimeoutMilliseconds: url.socketTimeout.map { $0 * 1_000 },
            statements: url.isPooled || limit == 0 ? .unnamed : nil)
        if let problem = Self.problem(text, given) {
            throw DatabaseFailure(.invalidInput, message: "the database URL cannot be read: \(problem)")
        }
    }

    private static let libpqKeywords: [String] = {
        guard let options = PQconndefaults() else { return [] }
        defer { PQconninfoFree(options) }
        var keywords: [String] = [], option = options
        while let keyword = option.pointee.keyword {
            keywords.append(String(cString: keyword))
            option += 1
        }
        return keywords
    }()

    /// With the TLS parameters of Prisma's URL converted to libpq's.
    private static func parameters(_ given: [Parameter], of url: PrismaURL) -> [Parameter] {
        guard url.isPrismas else { return given }
        var given = given
        let hasKey = given.contains { $0.keyword == "sslkey" }
        if !hasKey, let place = given.firstIndex(where: { $0.keyword == "sslcert" }) {
            // Without verification, libpq must not get the authority: it would verify.
            if url.verifiesServer == false { given.remove(at: place) } else { given[place].keyword = "sslrootcert" }
        }
        let isOff = given.contains { $0.keyword == "sslmode" && $0.value == "disable" }
        if url.verifiesServer == true, !isOff {
            given.removeAll { $0.keyword == "sslmode" }
            given.append(Parameter(keyword: "sslmode", value: "verify-full"))
        }
        return given
    }

    /// libpq's message without quoted parts, which may be the password, except single characters.
    static func withoutValues(_ reason: String) -> String {
        let text = Array(reason.utf8), mark = UInt8(ascii: "\"")
        var index = 0
        while let start = text[index...].firstIndex(of: mark) {
            if start + 2 < text.count, text[start + 2] == mark, text[start + 1] != mark {
                index = start + 3
                continue
            }
            let end = text.lastIndex(of: mark).flatMap { $0 > start ? $0 : nil } ?? text.count - 1
            return String(decoding: text[..<start], as: UTF8.self) + "\"…\""
                + String(decoding: text[(end + 1)...], as: UTF8.self)
        }
        return reason
    }

    /// Detects misparsed URLs: a password with an `@`, a `/` or a `:` becomes part of the host, the
    /// port or the database, and would appear in every message about them.
    private static func problem(_ text: String, _ given: [Parameter]) -> String? {
        let hint =
            "in a URL, characters such as @, :, / and ? of a user or password are written as %40, %3A, %2F and %3F"
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://"), let scheme = text.firstRange(of: "://") {
            let rest = text[scheme.upperBound...].prefix { $0 != "?" },
                marks = rest.utf8.count { $0 == UInt8(ascii: "@") }
            let isBehindPath =
                rest.firstIndex(of: "@").flatMap { at in rest.firstIndex(of: "/").map { $0 < at } } ?? false
            if marks > 1 || isBehindPath { return "an @ stands where none can be; \(hint)" }
        }
        for parameter in given
        where parameter.keyword == "port"
            && !parameter.value.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") })
        { return "the port is no number; \(hint)" }
        for parameter in given
        where parameter.keyword == "host" && !parameter.value.hasPrefix("/") && !parameter.value.hasPrefix("@")
            && parameter.value.contains(where: { "@:?#".contains($0) }) && !parameter.value.contains("::")
        { return "the host is no name; \(hint)" }
        return nil
    }

    /// User, host and database, without the password: for logs.
    public var target: String {
        func value(_ keyword: String) -> String? { given.last { $0.keyword == keyword }?.value }
        let user = value("user").map { "\($0)@" } ?? ""
        let port = value("port").map { ":\($0)" } ?? ""
        return "\(user)\(value("host") ?? value("hostaddr") ?? "")\(port)/\(value("dbname") ?? "")"
    }

    /// The session settings that the planner of loads relies on for plans and values.
    var sessionSettings: [Parameter] {
        var settings = [
            Parameter(keyword: "plan_cache_mode", value: "force_generic_plan"), Parameter(keyword: "jit", value: "off"),
            Parameter(keyword: "TimeZone", value: "UTC"),
        ]
        settings += schemaSettings
        if let statementTimeoutMilliseconds {
            settings.append(
                Parameter(keyword: "statement_timeout", value: String(max(0, statementTimeoutMilliseconds))))
        }
        return settings
    }

    private var schemaSettings: [Parameter] {
        schema.map { [Parameter(keyword: "search_path", value: "\"\($0.replacing("\"", with: "\"\""))\"")] } ?? []
    }

    /// The parameters of a connection of the pool.
    var pipelineParameters: [Parameter] {
        var session = sessionSettings
        if readOnly { session.append(Parameter(keyword: "default_transaction_read_only", value: "on")) }
        // A transaction pooler refuses start-up options; each batch sends the settings instead.
        return parameters(session: statements == .prepared ? session : [])
    }

    /// The parameters of a connection for commands: UTC and the schema only.
    var blockingParameters: [Parameter] {
        let session = (statements == .prepared ? [Parameter(keyword: "TimeZone", value: "UTC")] : []) + schemaSettings
        return [Parameter(keyword: "connect_timeout", value: "5")] + parameters(session: session)
    }

    /// libpq uses the last of duplicate keywords.
    private func parameters(session: [Parameter]) -> [Parameter] {
        var all = [
            Parameter(keyword: "fallback_application_name", value: "portico"),
            // Detects a silently lost peer within half a minute instead of two hours.
            Parameter(keyword: "keepalives_idle", value: "10"), Parameter(keyword: "keepalives_interval", value: "5"),
            Parameter(keyword: "keepalives_count", value: "3"), Parameter(keyword: "tcp_user_timeout", value: "30000"),
        ]
        all += given.filter { $0.keyword != "options" }
        all.append(Parameter(keyword: "client_encoding", value: "UTF8"))
        // White space separates options unless escaped by a backslash.
        var options = session.map { setting in
            "-c \(setting.keyword)=\(setting.value.replacing("\\", with: "\\\\").replacing(" ", with: "\\ "))"
        }
        // The operator's own options come last and take precedence.
        if let own = given.last(where: { $0.keyword == "options" })?.value
            ?? getenv("PGOPTIONS").map({ String(cString: $0) })
        {
            options.append(own)
        }
        if !options.isEmpty { all.append(Parameter(keyword: "options", value: options.joined(separator: " "))) }
        return all
    }

    /// One statement that applies ``sessionSettings`` to a transaction only; every value in it is
    /// the gateway's own or the operator's.
    public var transactionSettingsText: String {
        var settings = sessionSettings
        if readOnly { settings.append(Parameter(keyword: "transaction_read_only", value: "on")) }
        let calls = settings.map { "set_config('\($0.keyword)', '\($0.value.replacing("'", with: "''"))', true)" }
        return "SELECT " + calls.joined(separator: ", ")
    }
}

extension [ConnectionSettings.Parameter] {
    /// The two NULL-terminated arrays that libpq expects.
    func withCArrays<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R
    {
        let keywords = map { strdup($0.keyword) }, values = map { strdup($0.value) }
        defer { for text in keywords + values { free(text) } }
        let keywordPointers = keywords.map { UnsafePointer($0) } + [nil],
            valuePointers = values.map { UnsafePointer($0) } + [nil]
        return keywordPointers.withUnsafeBufferPointer { keywords in
            valuePointers.withUnsafeBufferPointer { values in
                guard let keywords = keywords.baseAddress, let values = values.baseAddress else {
                    preconditionFailure("an array with an element has an address")
                }
                return body(keywords, values)
            }
        }
    }
}
