public import CoreMetrics
import JSONBytes
import PorticoGateway
public import PrometheusText
import SocketLoop
import Synchronization
import TLSTransport

/// The metrics of a server, shared by its workers: the registry, and collecting workers' counts.
public final class ServerMetrics: Sendable {
    /// The content of `/metrics`.
    public let registry: PrometheusRegistry
    /// Creates handles.
    package let factory: any MetricsFactory
    package let names = OperationNames()
    private let process: ProcessMetrics
    private let samplers = Mutex<[@Sendable () async -> Void]>([])
    private let running = Mutex<Task<DetachedBytes, Never>?>(nil)

    /// - Parameter backend: Receives the same numbers, such as `MetricsSystem.factory`.
    public init(backend: (any MetricsFactory)? = nil) {
        registry = PrometheusRegistry(MetricName.allCases.map(\.description))
        factory = backend.map { [registry] in MultiplexMetricsHandler(factories: [registry, $0]) } ?? registry
        process = ProcessMetrics(factory: factory)
        meter(.buildInfo, [("version", ServerVersion.text)]).set(1)
    }

    private func meter(_ name: MetricName, _ dimensions: [(String, String)] = []) -> Meter {
        Meter(label: name.rawValue, dimensions: dimensions, factory: factory)
    }

    /// Collects the counts of workers and kernel, as each scrape does. A program with a pushing
    /// backend calls it at its own interval.
    public func sample() async {
        for sampler in samplers.withLock({ $0 }) { await sampler() }
        process.sample()
    }

    /// The text of one scrape. Concurrent callers share one scrape.
    package func scrape() async -> DetachedBytes {
        let task = running.withLock { known in
            if let known { return known }
            let task = Task.detached(executorPreference: BackgroundThreads.shared) { [self] in
                await sample()
                self.running.withLock { $0 = nil }
                return registry.text().withUnsafeBytes { DetachedBytes(copying: $0) }
            }
            known = task
            return task
        }
        return await task.value
    }

    // MARK: Files

    /// What is reloaded while the server runs.
    package enum ReloadedFiles: String { case certificates, documents, keys, rules }

    package func reloaded(_ files: ReloadedFiles, isTaken: Bool, count: Int = 1) {
        guard count > 0 else { return }
        Counter(
            label: MetricName.reloads.rawValue,
            dimensions: [("files", files.rawValue), ("outcome", isTaken ? "taken" : "refused")], factory: factory
        ).increment(by: count)
    }

    package func sample(wrongRuleFiles count: Int) { meter(.wrongRuleFiles).set(Double(count)) }

    /// The number of differences between the database and the files.
    package func sample(databaseErrors errors: Int, warnings: Int) {
        for (severity, count) in [("error", errors), ("warning", warnings)] {
            meter(.databaseDifferences, [("severity", severity)]).set(Double(count))
        }
    }

    package func sample(_ certificates: CertificateStore) {
        if let expiry = certificates.current.expiry { meter(.certificateExpiry).set(expiry) }
    }

    // MARK: Workers

    package func attach(_ sampler: @escaping @Sendable () async -> Void) { samplers.withLock { $0.append(sampler) } }

    package func detachAll() { samplers.withLock { $0.removeAll() } }
}
