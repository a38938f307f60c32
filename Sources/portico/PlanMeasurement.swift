import PorticoExecution
import PorticoGateway
import PorticoPlanning
import PorticoProject
import PostgresClient
import PostgresSQL

/// Runs a plan once and records the rows and the time of each load.
final class PlanMeasurement: ExecutionSession {
    private let pool: ConnectionPool
    /// A load's statement is its own object, even if two have the same text.
    private let loads: [ObjectIdentifier: Int]
    private var measurements: [Int: Explanation.Measurement] = [:]

    private init(_ plan: AuthorizedPlan, pool: ConnectionPool) {
        self.pool = pool
        loads = Dictionary(
            plan.statements.enumerated().map { (ObjectIdentifier($1), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Milliseconds from sending a statement to its rows, including the round trip.
    static func run(
        _ plan: AuthorizedPlan, _ parameters: [[ParameterValue]], _ pages: [BoundPage], on gateway: LocalGateway
    ) throws(CommandFailure) -> [Int: Explanation.Measurement] {
        let session = PlanMeasurement(plan, pool: gateway.pool)
        var result: ExecutionResult?
        let execution = PlanExecution(plan: plan, parameters: parameters, pages: pages, session: session) {
            result = $0
        }
        execution.start()
        gateway.wait { result != nil }
        switch result?.outcome {
        case .answered?, .tooLarge?, .tooManyCursors?, .tooManyRows?, .tooManyBytes?, .overBudget?: break
        case .failed(let failure)?: throw .notInOrder("the query failed: \(failure.detail)")
        case nil: throw .notInOrder("the database did not answer in time.")
        }
        for refusal in result?.refusals ?? [] { Terminal.note("portico: \(refusal.detail)") }
        return session.measurements
    }

    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void
    ) {
        let load = loads[ObjectIdentifier(statement)], start = MonotonicClock.nanoseconds()
        pool.submit(statement, parameters: parameters, meter: meter) { [self] result in
            switch result {
            case .success(let rows):
                if let load {
                    let time = Double(MonotonicClock.nanoseconds() - start) / 1_000_000
                    measurements[load] = Explanation.Measurement(rows: rows.rowCount, milliseconds: time)
                }
                completion(.success(rows))
            case .failure(let failure):
                completion(
                    .failure(
                        LoadFailure(
                            failure.kind == .unavailable ? .unavailable : .refused, detail: String(reflecting: failure))
                    ))
            }
        }
    }

    var isTransaction: Bool { false }

    func finish(completion: @escaping (SessionOutcome) -> Void) { completion(.committed) }

    func cancel() {}
}
