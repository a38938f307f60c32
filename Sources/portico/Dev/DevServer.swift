import Glibc
import PorticoProject
import PorticoServer
import Synchronization

/// Serves a project during development: a new server for each state of schema and resolvers.
///
/// The server itself reloads the access rules; a changed schema needs a new server.
struct DevServer {
    enum Limits {
        /// Milliseconds between two checks of the files. A change counts once they look the same
        /// twice, so that no incomplete one is read.
        static let look = 300
    }

    /// A servable API, and the stamp of its files when they were read.
    struct Loaded {
        let api: API
        let stamp: ProjectStamp

        /// Also prints what `check` finds.
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
    /// The names that `/readyz` checks.
    let migrations: Set<String>

    /// Returns after a signal; `onReady` is called once, when the first server serves.
    func run(_ first: Loaded, onReady: @escaping @Sendable (UInt16) -> Void) throws(CommandFailure) {
        let port = Mutex<UInt16?>(nil), next = Mutex<Loaded?>(nil)
        var loaded = first
        while true {
            var state = state(loaded.api)
            // A port chosen by the system stays.
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
        // It ends with its terminal.
        state.readsAgainOnHangup = false
        return state
    }

    // MARK: Changes

    /// Waits for a change that can be served; reports the problems of others, while the server
    /// continues. `nil` once cancelled.
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
            // Editing the rules may fix it if they name what the schema no longer has.
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

    /// Prints what `portico check` finds, including warnings.
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
