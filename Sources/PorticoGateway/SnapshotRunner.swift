import PorticoExecution
import PostgresClient
import PostgresSQL

/// Runs the statements of one request in one transaction on a connection of its own, so that all of
/// them see one moment of the database.
final class SnapshotRunner: RequestRunner {
    private let pool: ConnectionPool
    private let lease: Lease

    init(pool: ConnectionPool, deadline: Int, fairnessKey: UInt64) {
        self.pool = pool
        lease = pool.lease(.snapshot, deadline: deadline, fairnessKey: fairnessKey)
    }

    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void
    ) {
        pool.submit(statement, parameters: parameters, on: lease, meter: meter) { result in
            switch result {
            case .success(let rows): completion(.success(rows))
            case .failure(let failure): completion(.failure(LoadFailure(failure)))
            }
        }
    }

    func sentAll() { pool.commit(lease) }

    func cancel() { pool.rollback(lease) }
}
