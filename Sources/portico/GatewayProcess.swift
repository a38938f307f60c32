import Glibc
import PorticoServer

/// The gateway as this process serves it, until a signal ends it.
enum GatewayProcess {
    /// Returns when the server has stopped; `onReady` is called once it serves, with the port that
    /// it has. `Server.prepareSignals()` must have been called before any thread was started.
    /// - Parameter beside: Runs while the server does, and may stop it; it is cancelled once the
    ///   server has stopped.
    static func run(
        _ state: ServerState, onReady: @escaping @Sendable (UInt16) -> Void = { _ in },
        beside: (@Sendable (Server) async -> Void)? = nil
    ) throws(CommandFailure) {
        allowManyDescriptors()
        ServingHeap.prepare()
        let result = Waiting.result { () async throws -> Void in
            let server = try await Server(state)
            let ports = server.addresses.compactMap { address in
                if case .tcp(_, let port) = address { port } else { nil }
            }
            let companion = beside.map { beside in Task.detached { await beside(server) } }
            defer { companion?.cancel() }
            try await server.run {
                StartupMemory.giveBack()
                onReady(ports.first ?? 0)
            }
        }
        guard case .failure(let error) = result else { return }
        if let failure = error as? ServerFailure, failure.isConfiguration { throw .wrongUsage(failure.description) }
        throw failure("\(error)", state.configuration.listener)
    }

    /// Takes as many descriptors as the system allows: what it gives without being asked is often a
    /// thousand, and each connection takes one.
    static func allowManyDescriptors() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// What cannot be listened on is nearly always a port that somebody else has.
    static func failure(_ text: String, _ listener: ListenerConfiguration) -> CommandFailure {
        guard text.contains("in use") else { return .notInOrder(text) }
        return .notInOrder(
            "the port \(listener.port) of \(listener.host ?? "this machine") is in use already: end what listens there, or choose another by --port."
        )
    }
}
