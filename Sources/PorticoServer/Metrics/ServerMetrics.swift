public import CoreMetrics
import JSONBytes
import PorticoGateway
public import PrometheusText
import SocketLoop
import Synchronization
import TLSTransport

/// The metrics of a server, shared by its workers: where the numbers are kept, and how those that
/// workers keep for themselves are fetched.
public final class ServerMetrics: Sendable {
    /// What `/metrics` writes.
    public let registry: PrometheusRegistry
    /// What handles are made by.
    let factory: any MetricsFactory
    let names = OperationNames()
    private let process: ProcessMetrics
    private let samplers = Mutex<[@Sendable () async -> Void]>([])
    private let running = Mutex<Task<DetachedBytes, Never>?>(nil)

    /// - Parameter backend: Gets the same numbers, such as `MetricsSystem.factory` of a program
    ///   that has bootstrapped one.
    public init(backend: (any MetricsFactory)? = nil) {
        registry = PrometheusRegistry(MetricName.allCases.map(\.description))
        factory = backend.map { [registry] in MultiplexMetricsHandler(factories: [registry, $0]) } ?? registry
        process = ProcessMetrics(factory: factory)
        Meter(label: MetricName.buildInfo.rawValue, dimensions: [("version", ServerVersion.text)], factory: factory)
            .set(1)
    }

    /// Fetches what workers and the kernel count, as each scrape does. A program with a backend
    /// that pushes calls it as often as that wants.
    public func sample() async {
        for sampler in samplers.withLock({ $0 }) { await sampler() }
        process.sample()
    }

    /// The text of one scrape. Whoever asks while one is being made gets that one, so that many
    /// scrapers cost no more than one.
    func scrape() async -> DetachedBytes {
        let task = running.withLock { known in
            if let known { return known }
            let task = Task.detached(executorPreference: SideThreads.shared) { [self] in
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

    /// What is read again while the server runs.
    enum ReloadedFiles: String { case certificates, documents, keys, rules }

    func reloaded(_ files: ReloadedFiles, isTaken: Bool, count: Int = 1) {
        guard count > 0 else { return }
        Counter(
            label: MetricName.reloads.rawValue,
            dimensions: [("files", files.rawValue), ("outcome", isTaken ? "taken" : "refused")], factory: factory
        ).increment(by: count)
    }

    func sample(wrongRuleFiles count: Int) {
        Meter(label: MetricName.wrongRuleFiles.rawValue, factory: factory).set(Double(count))
    }

    func sample(differences found: DatabaseFindings) {
        for (severity, count) in [("error", found.errorCount), ("warning", found.warningCount)] {
            Meter(
                label: MetricName.databaseDifferences.rawValue, dimensions: [("severity", severity)], factory: factory
            ).set(Double(count))
        }
    }

    func sample(_ certificates: CertificateStore) {
        if let expiry = certificates.current.expiry {
            Meter(label: MetricName.certificateExpiry.rawValue, factory: factory).set(expiry)
        }
    }

    // MARK: Workers

    func attach(_ sampler: @escaping @Sendable () async -> Void) { samplers.withLock { $0.append(sampler) } }

    func detachAll() { samplers.withLock { $0.removeAll() } }
}
