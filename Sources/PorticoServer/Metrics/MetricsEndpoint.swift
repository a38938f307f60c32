import PorticoGateway

/// What a worker answers `/metrics` by.
struct MetricsEndpoint {
    let metrics: ServerMetrics
    let admits: (Peer?) -> Bool
    /// Away from the loop: the text may be long, and other workers are asked for their numbers.
    let offload: Offload
}
