import CLibPQ

/// Why a statement or a connection failed.
///
/// Its `description` is fit for a stranger: it names no table, no value and no host.
/// `String(reflecting:)` is for the operator and holds what the server said.
public struct DatabaseFailure: Error, Sendable, Equatable {
    public enum Kind: Sendable, Hashable {
        /// The database cannot be reached, is starting or stopping, or is out of a resource; the
        /// same request may succeed later.
        case unavailable
        /// The transaction that the statement belonged to ended before its time, with the
        /// connection under it; as a whole it may be run again.
        case interrupted
        /// The statement took longer than its deadline or the server's `statement_timeout`.
        case timeout
        /// The caller gave up.
        case cancelled
        /// The result was larger than its meter allowed; what had come of it is gone.
        case tooLarge
        case permissionDenied
        /// A deadlock or a serialization failure; the same transaction may succeed when it is run
        /// again.
        case serialization
        case constraint(Constraint)
        /// A value that PostgreSQL does not take, such as a text with a NUL or a number out of
        /// range.
        case invalidInput
        case other
    }

    /// Which kind of rule a change has broken (SQLSTATE class 23).
    public enum Constraint: Sendable, Hashable { case notNull, foreignKey, unique, check, exclusion, other }

    public var kind: Kind
    /// Five characters (PostgreSQL, appendix A), or empty when the server did not speak.
    public var sqlState: String
    /// The server's or libpq's words: for the operator only.
    public var message: String
    public var detail: String?
    public var hint: String?
    /// Where in the statement's text the server saw the fault, in characters from 1; a script's own
    /// statements are counted through.
    public var position: Int?
    /// `table`, `table.column` or a constraint's name, when the server told them: for the operator
    /// only, and to map a constraint to a field.
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

    /// What a failed result says. The result is not cleared.
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

    /// What a connection says that has failed or could not be made.
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
        // A limit that the operator has set for one statement, such as `temp_file_limit`: it holds
        // for the next try as well.
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

    /// The server ends the session after such an error: what was in flight on it is lost.
    var endsConnection: Bool {
        sqlState.hasPrefix("57P") || sqlState.hasPrefix("08") || sqlState == "25P03" || sqlState == "25P04"
            || sqlState.isEmpty
    }
}

extension DatabaseFailure: CustomStringConvertible, CustomDebugStringConvertible {
    /// One sentence for a stranger.
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

    /// Everything that is known, on one line, for the operator.
    public var debugDescription: String {
        var text = "\(kind)"
        if !sqlState.isEmpty { text += " [\(sqlState)]" }
        text += ": \(message)"
        if let detail { text += " Detail: \(detail)" }
        if let hint { text += " Hint: \(hint)" }
        return text.split(separator: "\n").joined(separator: " ")
    }
}
