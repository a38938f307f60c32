import Glibc
import PorticoServer
import Synchronization

/// Serves a project while it is worked on: a server for each state of schema and resolvers, one
/// after the other on one port.
///
/// The access rules are read again by the server itself; of a schema all that a server has is made.
struct DevServer {
    enum Limits {
        /// Milliseconds between two looks at the files. A change counts once they look the same
        /// twice, so that no half-written one is read.
        static let look = 300
    }

    /// An API that may be served, and what its files looked like when they were read.
    struct Loaded {
        let api: API
        let stamp: ProjectStamp

        /// Says also what `check` finds besides.
        init(_ project: Project) throws(CommandFailure) {
            stamp = ProjectStamp(project.folder, hasRules: false)
            api = try API(project, asksDatabase: true)
            try api.prove()
            try api.refuseForeignPaths(project)
            api.noteTenantProblems(project)
            DevServer.say(project)
        }
    }

    let project: Project
    /// The names that `/readyz` looks for.
    let migrations: Set<String>

    /// Returns when a signal has ended it; `onReady` is called once, when the first server serves.
    func run(_ first: Loaded, onReady: @escaping @Sendable (UInt16) -> Void) throws(CommandFailure) {
        let port = Mutex<UInt16?>(nil), next = Mutex<Loaded?>(nil)
        var loaded = first
        while true {
            var state = state(loaded.api)
            // Where the system chose a port, it stays.
            if let port = port.withLock({ $0 }) { state.configuration.listener.port = port }
            try GatewayProcess.run(state) { found in
                let isFirst = port.withLock { stored in
                    defer { stored = found }
                    return stored == nil
                }
                if isFirst { onReady(found) } else { Terminal.note("portico: schema and resolvers were read again.") }
            } beside: { [stamp = loaded.stamp] server in
                guard let changed = await changed(since: stamp) else { return }
                next.withLock { $0 = changed }
                server.stop()
            }
            guard let changed = next.withLock({ $0.take() }) else { return }
            loaded = changed
        }
    }

    private func state(_ api: API) -> ServerState {
        var state = api.state(project, migrations: migrations)
        // It lives as long as its terminal.
        state.readsAgainOnHangup = false
        return state
    }

    // MARK: Changes

    /// Waits for a change that can be served; says what is wrong with the others, during which the
    /// server goes on. `nil` once it is cancelled.
    private func changed(since stamp: ProjectStamp) async -> Loaded? {
        var isRefused = false, known = stamp
        while true {
            guard let found = await settled(unlike: known, hasRules: isRefused) else { return nil }
            do throws(CommandFailure) {
                return try Loaded(project)
            } catch {
                Terminal.note(
                    """
                    portico: schema and resolvers have changed and cannot be used; the former ones stay in force. \
                    \(error.message)

                    """)
            }
            // What makes it good may be an edit of the rules, which name what the schema no longer
            // has.
            known = isRefused ? found : ProjectStamp(project.folder, hasRules: true)
            isRefused = true
        }
    }

    private func settled(unlike known: ProjectStamp, hasRules: Bool) async -> ProjectStamp? {
        var last = known
        while true {
            do { try await Task.sleep(for: .milliseconds(Limits.look)) } catch { return nil }
            let found = ProjectStamp(project.folder, hasRules: hasRules)
            if found == last, found != known { return found }
            last = found
        }
    }

    /// What `portico check` finds, warnings too; nothing where all is well.
    private static func say(_ project: Project) {
        do {
            let findings = try Check.findings(project)
            if !findings.problems.isEmpty {
                let count = countText(findings.problems)
                Terminal.note(
                    "\(rendered(findings.problems, project: project.folder))\n\nportico: check found \(count); see above."
                )
            }
            if let obstacle = findings.obstacle { Terminal.note("portico: \(obstacle.message)") }
        } catch {
            Terminal.note("portico: \(CommandFailure(anyOf: error)?.message ?? "\(error)")")
        }
    }
}
