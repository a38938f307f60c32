import Glibc
import PorticoExecution
import PorticoPlanning
import PostgresClient
import PostgresSQL

/// Runs a plan once and notes the rows and the time of each of its loads.
final class PlanMeasurement: StatementRunner {
    private let pool: ConnectionPool
    /// A load's statement is its own object, also where two have the same text.
    private let loads: [ObjectIdentifier: Int]
    private var measurements: [Int: Explanation.Measurement] = [:]

    private init(_ plan: AuthorizedPlan, pool: ConnectionPool) {
        self.pool = pool
        loads = Dictionary(
            plan.statements.enumerated().map { (ObjectIdentifier($1), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Milliseconds count from a statement's sending to its rows, the way to the server and back
    /// included.
    static func run(
        _ plan: AuthorizedPlan, _ parameters: [[ParameterValue]], _ pages: [BoundPage], on gateway: LocalGateway
    ) throws(CommandFailure) -> [Int: Explanation.Measurement] {
        let runner = PlanMeasurement(plan, pool: gateway.pool)
        var result: ExecutionResult?
        let execution = PlanExecution(plan: plan, parameters: parameters, pages: pages, runner: runner) { result = $0 }
        execution.start()
        gateway.wait { result != nil }
        switch result?.outcome {
        case .answered?, .tooLarge?, .tooManyCursors?, .tooManyRows?, .tooManyBytes?, .overBudget?: break
        case .failed(let failure)?: throw .notInOrder("the query failed: \(failure.detail)")
        case nil: throw .notInOrder("the database did not answer in time.")
        }
        for refusal in result?.refusals ?? [] { Terminal.note("portico: \(refusal.detail)") }
        return runner.measurements
    }

    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void
    ) {
        let load = loads[ObjectIdentifier(statement)], start = Self.clock()
        pool.submit(statement, parameters: parameters, meter: meter) { [self] result in
            switch result {
            case .success(let rows):
                if let load {
                    measurements[load] = Explanation.Measurement(
                        rows: rows.rowCount, milliseconds: Self.clock() - start)
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

    private static func clock() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
    }
}
