import ExactText
import PorticoAccess
import PorticoGateway
import PostgresClient
import PostgresSQL
import SocketLoop

/// Runs the directory's statements on the worker's pool.
package final class PoolDirectorySource: DirectorySource {
    /// Maximum milliseconds of a reading; then its waiters learn that the directory is unavailable.
    static let longestTimeout = 5000

    private let pool: ConnectionPool
    private let reactor: Reactor
    private let timeout: Int
    /// Reads long lists of tenants off the loop; `nil` to read them here.
    private let reading: OffloadQueue?

    /// Tenants that are read on the loop; longer lists, with a text per element, are read off it.
    static let tenantsOnLoop = 1_000

    /// - Parameter timeout: Milliseconds after which waiters no longer need the answer.
    package init(
        pool: ConnectionPool, reactor: Reactor, timeout: Int = PoolDirectorySource.longestTimeout,
        reading: OffloadQueue? = nil
    ) {
        self.reading = reading
        self.timeout = min(timeout, Self.longestTimeout)
        self.pool = pool
        self.reactor = reactor
    }

    package func rows(
        of statement: Statement, parameter: String, then: @escaping (Result<[[String?]], DirectoryFailure>) -> Void
    ) {
        let value = Array(parameter.utf8)
        // PostgreSQL text contains no NUL, so there is no such row.
        guard !value.contains(0) else { return then(.success([])) }
        pool.submit(statement, parameters: [.text(value)], deadline: reactor.now + timeout, fairnessKey: 0) { result in
            switch result {
            case .success(let rows): then(.success(rows.texts))
            case .failure(let failure):
                then(
                    .failure(
                        DirectoryFailure(isBadValue: failure.kind == .invalidInput, detail: String(reflecting: failure))
                    ))
            }
        }
    }

    package func tenants(
        of statement: Statement, below tenant: ExactString, known: TenantList?,
        then: @escaping (Result<TenantList, DirectoryFailure>) -> Void
    ) {
        let value = Array(tenant.text.utf8)
        guard !value.contains(0) else { return then(.success(TenantList([]))) }
        // In the tenant's own lane: a large tree takes PostgreSQL a while, and must not delay
        // look-ups of other tenants' users.
        let lane = Viewer.fairnessKey(of: tenant), deadline = reactor.now + timeout
        pool.submit(statement, parameters: [.text(value)], deadline: deadline, fairnessKey: lane) { [reading] result in
            switch result {
            case .success(let rows):
                guard let reading, rows.rowCount > Self.tenantsOnLoop else {
                    return then(.success(Self.list(rows, known)))
                }
                let owner = OffloadQueue.Owner(lane: lane, deadline: deadline)
                reading.run(bytes: 0, for: owner, { Self.list(rows, known) }) { outcome in
                    if case .done(let list) = outcome { return then(.success(list)) }
                    let detail = "the tenants below \(tenant) could not be read in time"
                    then(.failure(DirectoryFailure(isBadValue: false, detail: detail)))
                }
            case .failure(let failure):
                let isBadValue = failure.kind == .invalidInput
                then(.failure(DirectoryFailure(isBadValue: isBadValue, detail: String(reflecting: failure))))
            }
        }
    }

    /// The tenants of a reading: the known list if it is equal byte for byte.
    static func list(_ rows: ResultSet, _ known: TenantList?) -> TenantList {
        if let known, known.ids.count == rows.rowCount, isSame(rows, known.ids) { return known }
        return TenantList(
            (0..<rows.rowCount).compactMap { row in
                rows.bytes(row: row, column: 0).map { String(decoding: $0, as: UTF8.self) }
            })
    }

    private static func isSame(_ rows: ResultSet, _ ids: [String]) -> Bool {
        let cell = UnsafeMutablePointer<Cell>.allocate(capacity: max(1, rows.columnCount))
        defer { cell.deallocate() }
        guard rows.columnCount > 0 else { return false }
        return ids.indices.allSatisfy { row in
            rows.cells(ofRow: row, into: cell)
            return !cell.pointee.isNull && ids[row].utf8.elementsEqual(cell.pointee.bytes)
        }
    }
}
