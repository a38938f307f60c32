import CLibPQ

/// Why a statement or a connection failed.
///
/// Its `description` may be shown to clients: it contains no table, value or host.
/// `String(reflecting:)` is for the operator and contains the server's message.
public struct DatabaseFailure: Error, Sendable, Equatable {
    public enum Kind: Sendable, Hashable {
        /// The database is unreachable, starting, stopping or out of resources; retries may help.
        case unavailable
        /// The transaction ended prematurely, with its connection; all of it may be rerun.
        case interrupted
        /// The statement exceeded its deadline or the server's `statement_timeout`.
        case timeout
        case cancelled
        /// The result exceeded its meter and was discarded.
        case tooLarge
        case permissionDenied
        /// A deadlock or a serialization failure; the same transaction may succeed on a retry.
        case serialization
        case constraint(Constraint)
        /// A value that PostgreSQL refuses, such as text with a NUL or a number out of range.
        case invalidInput
        case other
    }

    /// The kind of violated constraint (SQLSTATE class 23).
    public enum Constraint: Sendable, Hashable { case notNull, foreignKey, unique, check, exclusion, other }

    public var kind: Kind
    /// Five characters (PostgreSQL, appendix A), or empty without a response from the server.
    public var sqlState: String
    /// The server's or libpq's message, for the operator only.
    public var message: String
    public var detail: String?
    public var hint: String?
    /// The error's position in the statement or whole script, in characters from 1.
    public var position: Int?
    /// `table`, `table.column` or a constraint's name, if the server reported them: for the
    /// operator only, and to map a constraint to a field.
    public var table: String?
    public var column: String?
    public var constraintName: String?

    public init(_ kind: Kind, sqlState: String = "", message: String, detail: String? = nil, hint: String? = nil) {
        self.kind = kind
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
    }

    /// From a failed result, which is not cleared.
    init(result: OpaquePointer?) {
        func field(_ code: Character) -> String? {
            guard let value = PQresultErrorField(result, Int32(code.asciiValue ?? 0)) else { return nil }
            return String(cString: value)
        }
        let sqlState = field("C") ?? ""
        let message = field("M") ?? PQresultErrorMessage(result).map { Self.trimmed($0) } ?? ""
        self.init(
            Self.kind(ofSQLState: sqlState), sqlState: sqlState, message: message, detail: field("D"), hint: field("H"))
        position = field("P").flatMap { Int($0) }
        table = field("t")
        column = field("c")
        constraintName = field("n")
    }

    /// From a connection that has failed or could not be opened.
    init(connection: OpaquePointer?) {
        let message = connection.flatMap { PQerrorMessage($0) }.map { Self.trimmed($0) } ?? ""
        self.init(.unavailable, message: message.isEmpty ? "the connection to the database was lost" : message)
    }

    private static func trimmed(_ text: UnsafePointer<CChar>) -> String {
        let text = String(cString: text)
        guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(text[...last])
    }

    static func kind(ofSQLState state: String) -> Kind {
        switch state {
        case "": return .unavailable
        // A configured limit of one statement, such as `temp_file_limit`: retries do not help.
        case "53400": return .other
        case "42501": return .permissionDenied
        case "40001", "40P01", "55P03": return .serialization
        case "57014", "25P03", "25P04": return .timeout
        case "23502": return .constraint(.notNull)
        case "23503": return .constraint(.foreignKey)
        case "23505": return .constraint(.unique)
        case "23514": return .constraint(.check)
        case "23P01": return .constraint(.exclusion)
        default: break
        }
        switch state.prefix(2) {
        case "08", "53", "57", "58", "28": return .unavailable
        case "22": return .invalidInput
        case "23": return .constraint(.other)
        default: return .other
        }
    }

    /// Whether the server ends the session after such an error, losing what was in flight.
    var endsConnection: Bool {
        sqlState.hasPrefix("57P") || sqlState.hasPrefix("08") || sqlState == "25P03" || sqlState == "25P04"
            || sqlState.isEmpty
    }
}

extension DatabaseFailure: CustomStringConvertible, CustomDebugStringConvertible {
    /// One sentence for clients.
    public var description: String {
        switch kind {
        case .unavailable, .interrupted: "The database is not available at the moment."
        case .timeout: "The database did not answer in time."
        case .cancelled: "The request was cancelled."
        case .tooLarge: "The result is larger than it may be."
        case .permissionDenied: "The gateway's database role lacks a privilege."
        case .serialization: "The change met another one at the same time; try again."
        case .constraint(.unique): "The value is taken already."
        case .constraint(.notNull): "A required value is missing."
        case .constraint(.foreignKey): "The value refers to something that does not exist, or that is still in use."
        case .constraint(.check), .constraint(.exclusion), .constraint(.other):
            "The value breaks a rule of the database."
        case .invalidInput: "A value is not one that the database takes."
        case .other: "The database could not answer."
        }
    }

    /// All details on one line, for the operator.
    public var debugDescription: String {
        var text = "\(kind)"
        if !sqlState.isEmpty { text += " [\(sqlState)]" }
        text += ": \(message)"
        if let detail { text += " Detail: \(detail)" }
        if let hint { text += " Hint: \(hint)" }
        return text.split(separator: "\n").joined(separator: " ")
    }
}
