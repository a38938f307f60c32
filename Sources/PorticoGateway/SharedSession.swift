import PorticoExecution
import PostgresClient
import PostgresSQL

/// Runs each statement of a request on a shared connection by itself: without a transaction.
final class SharedSession: ExecutionSession {
    private let pool: ConnectionPool
    private let deadline: Int
    private let fairnessKey: UInt64
    @exclusivity(unchecked) private var underWay: [StatementHandle] = []

    init(pool: ConnectionPool, deadline: Int, fairnessKey: UInt64) {
        self.pool = pool
        self.deadline = deadline
        self.fairnessKey = fairnessKey
    }

    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void
    ) {
        let handle = pool.submit(
            statement, parameters: parameters, deadline: deadline, fairnessKey: fairnessKey, meter: meter
        ) { result in
            switch result {
            case .success(let rows): completion(.success(rows))
            case .failure(let failure): completion(.failure(LoadFailure(failure)))
            }
        }
        underWay.append(handle)
    }

    var isTransaction: Bool { false }

    func finish(completion: @escaping (SessionOutcome) -> Void) { completion(.committed) }

    func cancel() {
        for handle in underWay { pool.cancel(handle) }
        underWay.removeAll()
    }
}
