import PorticoServer
import SocketLoop

/// Looks whether the port is free before a whole cluster is started for nothing.
enum DevPort {
    static func check(_ listener: ListenerConfiguration) throws(CommandFailure) {
        guard let host = listener.host, listener.port != 0 else { return }
        do throws(SocketFailure) {
            for socket in try Listener.open(.tcp(host: host, port: listener.port)) { socket.close() }
        } catch {
            throw GatewayProcess.failure(error.description, listener)
        }
    }
}
