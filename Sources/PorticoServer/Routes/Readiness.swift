import PostgresSQL

/// Whether the database can be reached and has the migrations that this server was built for, and
/// tokens can be verified.
final class Readiness {
    enum State: Equatable {
        /// - differences: ways in which the database is not what the files state.
        case ready(differences: Int = 0)
        /// The reason is fit for a stranger.
        case notReady(String)

        var isReady: Bool { if case .ready = self { true } else { false } }
    }

    /// Milliseconds for which an answer is given again; stands against probes that come too often.
    static let maximumAge = 1000

    private let expected: Set<String>
    private let source: any DirectorySource
    private let clock: () -> Int
    private let keysAreKnown: () -> Bool
    private let findings: () -> DatabaseFindings
    private var last: (state: State, at: Int)?
    private var waiting: [(State) -> Void] = []
    private var isStopping = false

    private static let probe = Statement(text: "SELECT $1::text", parameterTypes: [0])
    private static let migrations = Statement(
        text:
            "SELECT migration_name::text FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL AND $1 <> ''",
        parameterTypes: [25])

    /// - Parameter expected: The names of the project's migrations; empty where none are looked
    ///   for.
    init(
        expected: Set<String>, source: any DirectorySource, clock: @escaping () -> Int,
        keysAreKnown: @escaping () -> Bool = { true },
        findings: @escaping () -> DatabaseFindings = { .unwatched }
    ) {
        self.findings = findings
        self.keysAreKnown = keysAreKnown
        self.expected = expected
        self.source = source
        self.clock = clock
    }

    /// From now on the server is not ready: whoever spreads the load should look elsewhere.
    func stop() { isStopping = true }

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
        let found = findings()
        if !found.isKnown { return .notReady("the tables of the database have not been looked at yet") }
        if !found.signsIn { return .notReady("the tables that say who somebody is are not there") }
        if let obstacle = found.obstacle { return .notReady(obstacle) }
        if !found.foreignPaths.isEmpty {
            return .notReady("\(found.foreignPaths.count) isolation paths lead elsewhere than to tenants")
        }
        let ready = State.ready(differences: found.errorCount)
        if expected.isEmpty { return ready }
        let missing = expected.subtracting(rows.compactMap { $0.first.flatMap(\.self) })
        return missing.isEmpty ? ready : .notReady("\(missing.count) of \(expected.count) migrations are not applied")
    }
}
