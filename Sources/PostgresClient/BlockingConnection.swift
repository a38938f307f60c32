import CLibPQ

/// The rows of a result as text, with the names of their columns.
public struct TextRows: Sendable, Equatable {
    public var columns: [String]
    public var rows: [[String?]]
    /// Rows affected by a change.
    public var affectedRows: Int

    /// The first cell of the first row.
    public var scalar: String? { rows.first?.first ?? nil }
}

/// A synchronous connection for commands (migrations, seeds, checks). Never use it on a loop.
public final class BlockingConnection {
    private let connection: OpaquePointer

    /// Connects within 5 seconds, unless the settings' `connect_timeout` says otherwise.
    /// - Throws: ``DatabaseFailure`` (``DatabaseFailure/Kind/unavailable``) with libpq's message
    ///   for the operator.
    public init(_ settings: ConnectionSettings) throws(DatabaseFailure) {
        guard let connection = settings.blockingParameters.withCArrays({ PQconnectdbParams($0, $1, 0) }) else {
            throw DatabaseFailure(.unavailable, message: "out of memory")
        }
        guard PQstatus(connection) == CONNECTION_OK else {
            defer { PQfinish(connection) }
            throw DatabaseFailure(connection: connection)
        }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        self.connection = connection
    }

    deinit { PQfinish(connection) }

    /// For example 150020 for 15.20.
    public var serverVersion: Int { Int(PQserverVersion(connection)) }

    /// Runs one statement with its parameters as text (`nil`: SQL's NULL).
    /// - Throws: ``DatabaseFailure``; ``DatabaseFailure/Kind/invalidInput`` before anything is sent
    ///   if a parameter holds a NUL.
    @discardableResult public func query(_ sql: String, parameters: [String?] = []) throws(DatabaseFailure) -> TextRows
    {
        guard !sql.utf8.contains(0), !parameters.contains(where: { $0?.utf8.contains(0) == true }) else {
            throw DatabaseFailure(
                .invalidInput, sqlState: "22021", message: "a statement or a parameter holds a NUL byte")
        }
        let scratch = ParameterScratch()
        guard scratch.fill(parameters.map { $0.map { .text(Array($0.utf8)) } ?? .null }) else {
            throw DatabaseFailure(.invalidInput, sqlState: "22021", message: "a parameter is longer than 2 GiB")
        }
        return try rows(
            PQexecParams(
                connection, sql, Int32(truncatingIfNeeded: parameters.count), nil, scratch.values, scratch.lengths,
                scratch.formats, 0))
    }

    /// Runs a script of any number of statements, in one transaction unless it says otherwise.
    /// - Throws: ``DatabaseFailure`` of the first statement that fails.
    public func execute(_ script: String) throws(DatabaseFailure) {
        guard !script.utf8.contains(0) else {
            throw DatabaseFailure(.invalidInput, sqlState: "22021", message: "the script holds a NUL byte")
        }
        _ = try rows(PQexec(connection, script))
    }

    private func rows(_ result: OpaquePointer?) throws(DatabaseFailure) -> TextRows {
        guard let result else { throw DatabaseFailure(connection: connection) }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            throw DatabaseFailure(
                .invalidInput,
                message: "COPY from or to the client is not supported; write INSERT or a server-side COPY")
        default: throw DatabaseFailure(result: result)
        }
        let columns = 0..<PQnfields(result)
        let affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        return TextRows(
            columns: columns.map { PQfname(result, $0).map { String(cString: $0) } ?? "" },
            rows: (0..<PQntuples(result)).map { row in
                columns.map { column in
                    PQgetisnull(result, row, column) == 1
                        ? nil : PQgetvalue(result, row, column).map { String(cString: $0) }
                }
            },
            affectedRows: affected)
    }
}
