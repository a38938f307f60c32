import PorticoExecution
import PostgresClient
import PostgresSQL

/// Runs the statements of one request in one transaction on its own connection.
final class TransactionSession: ExecutionSession {
    private let pool: ConnectionPool
    private let lease: Lease

    init(_ mode: TransactionMode, pool: ConnectionPool, deadline: Int, fairnessKey: UInt64) {
        self.pool = pool
        lease = pool.lease(mode, deadline: deadline, fairnessKey: fairnessKey)
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

    var isTransaction: Bool { true }

    func finish(completion: @escaping (SessionOutcome) -> Void) {
        pool.commit(lease) { outcome in
            switch outcome {
            case .committed: completion(.committed)
            case .rolledBack(let failure): completion(.rolledBack(LoadFailure(failure)))
            case .unknown(let failure): completion(.unknown(LoadFailure(failure)))
            }
        }
    }

    func cancel() { pool.rollback(lease) }
}
