import PorticoExecution
import PostgresClient
import PostgresSQL

/// Runs the statements of one request on the worker's pool, and remembers what is under way so that
/// it can be called back.
final class PoolRunner: RequestRunner {
    private let pool: ConnectionPool
    private let deadline: Int
    private let fairnessKey: UInt64
    @exclusivity(unchecked) private var tickets: [StatementTicket] = []

    init(pool: ConnectionPool, deadline: Int, fairnessKey: UInt64) {
        self.pool = pool
        self.deadline = deadline
        self.fairnessKey = fairnessKey
    }

    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void
    ) {
        let ticket = pool.submit(
            statement, parameters: parameters, deadline: deadline, fairnessKey: fairnessKey, meter: meter
        ) { result in
            switch result {
            case .success(let rows): completion(.success(rows))
            case .failure(let failure): completion(.failure(LoadFailure(failure)))
            }
        }
        tickets.append(ticket)
    }

    func cancel() {
        for ticket in tickets { pool.cancel(ticket) }
        tickets.removeAll()
    }
}
