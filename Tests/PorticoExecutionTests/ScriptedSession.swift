import JSONBytes
import PorticoExecution
import PorticoPlanning
import PostgresSQL
import TestFixtures

/// A database of prepared answers: for each statement in turn rows of cells, or a failure.
final class ScriptedSession: ExecutionSession {
    enum Step {
        case rows([[Value]])
        case failure(LoadFailure)
    }

    enum Value {
        case null
        case text(String)
        case ordinal(Int64)

        var bytes: [UInt8]? {
            switch self {
            case .null: nil
            case .text(let text): Array(text.utf8)
            case .ordinal(let number): (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
            }
        }
    }

    /// By the table that a load's statement names, or by a part of the statement from a `SELECT`
    /// on.
    private let steps: [String: Step]
    private(set) var asked: [(statement: String, parameters: [ParameterValue])] = []
    /// Answers come only when the test says so.
    private var waiting: [() -> Void] = []
    private let isDelayed: Bool
    /// By statement, the columns of its result, which has them though it may have no rows.
    private let widths: [ObjectIdentifier: Int]
    /// What was asked of it and is not answered yet, at most.
    private(set) var mostWaiting = 0
    /// Who is asked while results come in.
    private(set) weak var meter: (any ResultMeter)?

    init(_ steps: [String: Step], delayed: Bool = false, plan: AuthorizedPlan) {
        self.steps = steps
        widths = Dictionary(
            zip(plan.statements, plan.loads).map { (ObjectIdentifier($0), $1.width) },
            uniquingKeysWith: { first, _ in first })
        isDelayed = delayed
    }

    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void
    ) {
        asked.append((statement.text, parameters))
        let table =
            steps.keys.first {
                statement.text.contains("FROM \"\($0)\"") || statement.text.contains("JOIN \"\($0)\"")
                    || ($0.hasPrefix("SELECT") && statement.text.contains($0))
            } ?? ""
        self.meter = meter
        let width = widths[ObjectIdentifier(statement)] ?? 0
        let answer = { [steps] in
            switch steps[table] {
            case .rows(let rows)?: completion(.success(ScriptedRows(rows, width: width)))
            case .failure(let failure)?: completion(.failure(failure))
            case nil: completion(.failure(LoadFailure(.refused, detail: "no step for \(statement.text)")))
            }
        }
        if isDelayed { waiting.append(answer) } else { answer() }
        mostWaiting = max(mostWaiting, waiting.count)
    }

    /// For each time that the execution said it had sent all, how many statements that were.
    private(set) var ends: [Int] = []

    /// What becomes of it, and whether that is known before its statements are answered.
    var outcome = SessionOutcome.committed
    var tellsLate = false
    private var waitingForOutcome: (() -> Void)?

    var isTransaction: Bool { true }

    func finish(completion: @escaping (SessionOutcome) -> Void) {
        ends.append(asked.count)
        let outcome = outcome
        if tellsLate { waitingForOutcome = { completion(outcome) } } else { completion(outcome) }
    }

    /// Tells the outcome that was asked for.
    func tellOutcome() { waitingForOutcome?() }

    func cancel() {}

    /// Answers what waits, the latest first.
    func answerAll() {
        while let answer = waiting.popLast() { answer() }
    }

    /// Answers what was asked first.
    func answerFirst() { if !waiting.isEmpty { waiting.removeFirst()() } }
}

private final class ScriptedRows: RowSource {
    // Written while this is made, and only read from then on.
    private nonisolated(unsafe) let cells: [[UnsafeMutableRawBufferPointer?]]
    let columnCount: Int

    init(_ rows: [[ScriptedSession.Value]], width: Int) {
        columnCount = rows.first?.count ?? width
        cells = rows.map { row in
            row.map { value in
                value.bytes.map { bytes in
                    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
                    copy.copyBytes(from: bytes)
                    return UnsafeMutableRawBufferPointer(rebasing: copy[0..<bytes.count])
                }
            }
        }
    }

    deinit { for row in cells { for cell in row { cell?.baseAddress?.deallocate() } } }

    var rowCount: Int { cells.count }
    var byteCount: Int { cells.reduce(0) { $0 + $1.reduce(0) { $0 + ($1?.count ?? 0) } } }

    func cells(ofRow row: Int, into target: UnsafeMutablePointer<Cell>) {
        for (column, cell) in cells[row].enumerated() {
            target[column] = Cell(
                base: cell.map { UnsafeRawPointer($0.baseAddress!) }, count: cell.map { Int32($0.count) } ?? -1)
        }
    }
}
