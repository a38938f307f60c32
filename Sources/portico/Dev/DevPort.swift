import PorticoConfiguration
import PorticoProject
import PorticoServer
import SocketLoop

/// Checks that the port is free before a cluster is started.
enum DevPort {
    static func check(_ listener: ListenerConfiguration) throws(CommandFailure) {
        guard let host = listener.host, listener.port != 0 else { return }
        do throws(SocketFailure) {
            for socket in try ListeningSocket.open(.tcp(host: host, port: listener.port)) { socket.close() }
        } catch {
            throw GatewayProcess.failure(error.description, listener)
        }
    }
}
