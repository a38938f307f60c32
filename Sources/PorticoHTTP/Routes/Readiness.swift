import PorticoIdentity
import PostgresSQL

/// Whether the database is reachable and has this server's migrations, and tokens can be verified.
package final class Readiness {
    package enum State: Equatable {
        /// - differences: Differences between the database and the files.
        case ready(differences: Int = 0)
        /// The reason may be shown to clients.
        case notReady(String)

        var isReady: Bool { if case .ready = self { true } else { false } }
    }

    /// Milliseconds for which an answer is cached. Guards against too frequent probes.
    static let maximumAge = 1000

    private let expected: Set<String>
    private let source: any DirectorySource
    private let clock: () -> Int
    private let keysAreKnown: () -> Bool
    private let tables: () -> State
    private var last: (state: State, at: Int)?
    private var waiting: [(State) -> Void] = []
    private var isStopping = false

    private static let probe = Statement(text: "SELECT $1::text", parameterTypes: [0])
    private static let migrations = Statement(
        text:
            "SELECT migration_name::text FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL AND $1 <> ''",
        parameterTypes: [25])

    /// - Parameters:
    ///   - expected: The names of the project's migrations; empty to skip the check.
    ///   - tables: Whether the tables of the database allow requests to be answered.
    package init(
        expected: Set<String>, source: any DirectorySource, clock: @escaping () -> Int,
        keysAreKnown: @escaping () -> Bool = { true },
        tables: @escaping () -> State = { .ready() }
    ) {
        self.tables = tables
        self.keysAreKnown = keysAreKnown
        self.expected = expected
        self.source = source
        self.clock = clock
    }

    /// From now on the server is not ready, so that load balancers route elsewhere.
    package func stop() { isStopping = true }

    func check(then: @escaping (State) -> Void) {
        if isStopping { return then(.notReady("the server is stopping")) }
        guard keysAreKnown() else {
            return then(.notReady("the keys that tokens are verified by could not be read yet"))
        }
        if let last, clock() - last.at < Self.maximumAge { return then(last.state) }
        waiting.append(then)
        guard waiting.count == 1 else { return }
        source.rows(of: expected.isEmpty ? Self.probe : Self.migrations, parameter: "ready") { [self] result in
            let state: State =
                switch result {
                case .failure: .notReady("the database is not available, or its migrations cannot be read")
                case .success(let rows): judge(rows)
                }
            last = (state, clock())
            let waiters = waiting
            waiting = []
            for waiter in waiters { waiter(state) }
        }
    }

    private func judge(_ rows: [[String?]]) -> State {
        let tables = tables()
        if expected.isEmpty || !tables.isReady { return tables }
        let missing = expected.subtracting(rows.compactMap { $0.first.flatMap(\.self) })
        return missing.isEmpty ? tables : .notReady("\(missing.count) of \(expected.count) migrations are not applied")
    }
}
