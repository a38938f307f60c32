import PorticoGateway
import PorticoTelemetry
import SocketLoop

/// A worker's handling of `/metrics`.
package struct MetricsEndpoint {
    let metrics: ServerMetrics
    let admits: (Peer?) -> Bool
    /// Off the loop: the text may be long, and other workers are asked for their numbers.
    let offload: Offload

    package init(metrics: ServerMetrics, admits: @escaping (Peer?) -> Bool, offload: @escaping Offload) {
        self.metrics = metrics
        self.admits = admits
        self.offload = offload
    }
}
