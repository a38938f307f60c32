import PostgresClient
import PostgresSQL
import SocketLoop

/// The directory's statements on the worker's pool.
final class PoolDirectorySource: DirectorySource {
    /// Milliseconds that a reading may take; who waits for it is then told that the directory is not available.
    static let longestTimeout = 5000

    private let pool: ConnectionPool
    private let reactor: Reactor
    private let timeout: Int

    /// - Parameter timeout: Milliseconds after which whoever waits has no use for the answer any more.
    init(pool: ConnectionPool, reactor: Reactor, timeout: Int = PoolDirectorySource.longestTimeout) {
        self.timeout = min(timeout, Self.longestTimeout)
        self.pool = pool
        self.reactor = reactor
    }

    func rows(of statement: Statement, parameter: String, then: @escaping (Result<[[String?]], DirectoryFailure>) -> Void) {
        let value = Array(parameter.utf8)
        // PostgreSQL's texts hold no NUL, so that there is no such row.
        guard !value.contains(0) else { return then(.success([])) }
        pool.submit(statement, parameters: [.text(value)], deadline: reactor.now + timeout, fairnessKey: 0) { result in
            switch result {
            case .success(let rows): then(.success(Self.texts(rows)))
            case .failure(let failure): then(.failure(DirectoryFailure(isBadValue: failure.kind == .invalidInput, detail: String(reflecting: failure))))
            }
        }
    }

    /// Every column is cast to text, whose binary form is its bytes.
    private static func texts(_ rows: ResultSet) -> [[String?]] {
        (0..<rows.rowCount).map { row in
            (0..<rows.columnCount).map { column in rows.bytes(row: row, column: column).map { String(decoding: $0, as: UTF8.self) } }
        }
    }
}
