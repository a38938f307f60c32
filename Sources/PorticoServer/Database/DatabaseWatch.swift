import Diagnostics
import PorticoCatalog
import PorticoDatabase
import PorticoGateway
import PostgresClient
import PostgresSQL
import SocketLoop

/// Reads the database's tables repeatedly: at the start, after a reconnect, when a statement fails
/// because of changed tables, and when PostgreSQL's counters show changes of its catalogs. One per
/// process, on one worker.
///
/// Timers refer to it weakly, so that it ends with its worker.
final class DatabaseWatch {
    struct Intervals: Sendable {
        /// Milliseconds between two checks of PostgreSQL's counters.
        var poll = 10_000
        /// Milliseconds after which the tables are read in any case: a standby has no counters.
        var reading = 300_000
        /// Minimum milliseconds between two readings.
        var grain = 1_000
        /// Milliseconds for one statement of a reading.
        var statement = 30_000
    }

    /// The result of a reading.
    struct Reading: Sendable {
        /// Whether statements may have been prepared on other tables.
        var isOther: Bool
        var database: DatabaseCatalog
        /// The API with the database's properties of its columns.
        var catalog: Catalog
        var findings: DatabaseFindings
    }

    private let expectation: DatabaseExpectation
    private let pool: ConnectionPool
    private let reactor: Reactor
    private let queue: OffloadQueue
    private let intervals: Intervals
    private let take: (Result<Reading, DatabaseFailure>) -> Void

    private var last: DatabaseCatalog?
    private var isReading = false
    /// An event has occurred since the current reading began.
    private var isStale = false
    private var lastReading = Int.min / 2
    private var counted: String?
    private var timer: TimerToken?

    /// - Parameters:
    ///   - queue: Compares readings with the files.
    ///   - take: Called with every reading, or with its failure.
    init(
        _ expectation: DatabaseExpectation, pool: ConnectionPool, reactor: Reactor, queue: OffloadQueue,
        intervals: Intervals = Intervals(), take: @escaping (Result<Reading, DatabaseFailure>) -> Void
    ) {
        self.expectation = expectation
        self.pool = pool
        self.reactor = reactor
        self.queue = queue
        self.intervals = intervals
        self.take = take
    }

    /// Starts watching.
    ///
    /// - Parameter known: The tables as read just before.
    func start(known: DatabaseCatalog?) {
        if let known {
            judge(known)
            // They may have changed since.
            tablesMayHaveChanged()
        } else {
            read()
        }
        pollLater()
    }

    /// The tables may have changed.
    func tablesMayHaveChanged() {
        if isReading { return isStale = true }
        guard timer == nil else { return }
        timer = reactor.after(milliseconds: max(0, lastReading + intervals.grain - reactor.now)) { [weak self] in
            self?.timer = nil
            self?.read()
        }
    }

    // MARK: Polling

    private func pollLater() { reactor.after(milliseconds: intervals.poll) { [weak self] in self?.poll() } }

    private func poll() {
        if reactor.now - lastReading >= intervals.reading { tablesMayHaveChanged() }
        count { [weak self] count in
            guard let self else { return }
            if let count, count != counted { tablesMayHaveChanged() }
            pollLater()
        }
    }

    /// PostgreSQL's counters; `nil` if they cannot be read.
    private func count(then: @escaping (String?) -> Void) {
        pool.submit(Self.counters, parameters: [], deadline: reactor.now + intervals.poll, fairnessKey: 0) { result in
            if case .success(let rows) = result, rows.rowCount == 1 {
                then(rows.texts[0].first.flatMap(\.self))
            } else {
                then(nil)
            }
        }
    }

    /// Increases with every change of a table, a type or a constraint, including temporary ones.
    private static let counters = Statement(
        text: """
            SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text FROM pg_catalog.pg_stat_sys_tables \
            WHERE schemaname = 'pg_catalog' AND relname IN ('pg_attribute', 'pg_class', 'pg_constraint', 'pg_enum', 'pg_index', 'pg_policy', 'pg_type')
            """,
        parameterTypes: [])

    // MARK: Reading

    private func read() {
        (isReading, isStale, lastReading) = (true, false, reactor.now)
        // Before the tables, so that concurrent changes are detected later.
        count { [weak self] count in
            guard let self else { return }
            counted = count ?? counted
            read(DatabaseCatalog.Part.allCases[...], [])
        }
    }

    private func read(_ left: ArraySlice<DatabaseCatalog.Part>, _ results: [ResultSet]) {
        guard let part = left.first else { return parse(results) }
        let statement = Statement(text: part.statement, parameterTypes: [])
        pool.submit(statement, parameters: [], deadline: reactor.now + intervals.statement, fairnessKey: 0) {
            [weak self] result in
            switch result {
            case .success(let rows): self?.read(left.dropFirst(), results + [rows])
            case .failure(let failure): self?.failed(failure)
            }
        }
    }

    private func failed(_ failure: DatabaseFailure) {
        take(.failure(failure))
        isReading = false
        tablesMayHaveChanged()
    }

    private func parse(_ results: [ResultSet]) {
        work { [expectation, last] in
            var left = results[...]
            let database = DatabaseCatalog { _ in left.popFirst()?.texts ?? [] }
            return Self.reading(of: database, after: last, expectation)
        }
    }

    private func judge(_ database: DatabaseCatalog) {
        isReading = true
        work { [expectation] in Self.reading(of: database, after: nil, expectation) }
    }

    private func work(_ body: @escaping @Sendable () -> Reading) {
        queue.run(bytes: 0, for: OffloadQueue.Owner(lane: 0, deadline: .max), body) { [weak self] outcome in
            guard let self else { return }
            if case .done(let reading) = outcome {
                last = reading.database
                take(.success(reading))
            } else {
                isStale = true
            }
            isReading = false
            if isStale { tablesMayHaveChanged() }
        }
    }

    private static func reading(
        of database: DatabaseCatalog, after last: DatabaseCatalog?, _ expectation: DatabaseExpectation
    ) -> Reading {
        let problems = expectation.problems(in: database)
        return Reading(
            isOther: last.map { !expectation.isSame($0, database) } ?? false,
            database: database, catalog: expectation.catalog.on(database),
            findings: DatabaseFindings(
                isKnown: true,
                problems: problems.filter { $0.severity == .error } + problems.filter { $0.severity != .error },
                foreignPaths: expectation.foreignPaths(in: database), signsIn: expectation.missing(in: database).isEmpty
            ))
    }
}
