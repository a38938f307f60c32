import Glibc
import PorticoConfiguration
import PorticoProject
import PorticoServer

/// Serves the gateway in this process until a signal ends it.
enum GatewayProcess {
    /// Returns when the server has stopped; `onReady` is called with the port once it serves.
    /// `Server.prepareSignals()` must have been called before any thread was started.
    /// - Parameter beside: Runs while the server does, and may stop it; cancelled afterwards.
    static func run(
        _ state: ServerState, onReady: @escaping @Sendable (UInt16) -> Void = { _ in },
        beside: (@Sendable (Server) async -> Void)? = nil
    ) throws(CommandFailure) {
        OpenFiles.allowMost()
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

    /// The usual cause is a port in use.
    static func failure(_ text: String, _ listener: ListenerConfiguration) -> CommandFailure {
        guard text.contains("in use") else { return .notInOrder(text) }
        return .notInOrder(
            "the port \(listener.port) of \(listener.host ?? "this machine") is in use already: end what listens there, or choose another by --port."
        )
    }
}
