import Glibc
import Logging
import PorticoConfiguration
import PorticoIdentity
import PorticoPolicy
import PorticoTelemetry
import PostgresClient
import SocketLoop
import Synchronization
import TLSTransport

/// Why the server cannot start. The description is for the operator.
public struct ServerFailure: Error, Sendable, CustomStringConvertible {
    public var description: String
    /// Whether the configuration is at fault, so that a retry cannot succeed.
    public var isConfiguration: Bool

    init(_ description: String, isConfiguration: Bool = false) {
        (self.description, self.isConfiguration) = (description, isConfiguration)
    }
}

/// The gateway as a process: its listening sockets and its workers.
///
/// ```swift
/// Server.prepareSignals()                     // the first thing in main
/// let server = try await Server(state)
/// try await server.run()                      // until SIGTERM, SIGINT or stop()
/// ```
public final class Server: Sendable {
    private let state: ServerState
    private let logger: Logger
    private let keys: KeyStore
    /// `nil` without TLS.
    private let certificates: CertificateStore?
    /// `nil` if the rules are not watched.
    private let rules: PolicyReloader?
    /// The sockets of each worker.
    private let sockets: [[ListeningSocket]]
    private let stopRequests: AsyncStream<String>
    private let stopRequest: AsyncStream<String>.Continuation

    /// Keeps SIGTERM, SIGINT and SIGHUP from ending the process, so that the server can finish
    /// requests in flight. Call before any thread is started.
    public static func prepareSignals() { SignalSource.block([.terminate, .interrupt, .hangup]) }

    /// Loads the keys and opens the sockets: from now on connections are queued.
    /// - Throws: ``ServerFailure``.
    public init(_ state: ServerState) async throws {
        self.state = state
        logger = state.configuration.logging.logger()
        (stopRequests, stopRequest) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1))
        guard state.configuration.authentication.hasKey else {
            throw ServerFailure(
                "There is no key to verify tokens with. Set PORTICO_JWT_SECRET (at least \(KeyLimits.secretBytes) bytes), or state authentication.keys or authentication.jwks in \(GatewayConfiguration.path).",
                isConfiguration: true)
        }
        for warning in state.configuration.authentication.warnings { logger.warning("\(warning)") }
        do throws(KeyFailure) {
            keys = try await Self.keys(state.configuration.authentication, logger)
        } catch {
            throw ServerFailure(error.description)
        }
        do throws(TLSFailure) {
            certificates = try state.configuration.listener.tls.map { settings throws(TLSFailure) in
                try CertificateStore(settings)
            }
        } catch {
            throw ServerFailure(error.description, isConfiguration: true)
        }
        if state.expectation != nil, state.database == nil {
            state.findings.replace(with: DatabaseFindings(isKnown: false))
        }
        rules = state.watchedProject.map { [logger] in
            PolicyReloader(
                state.policy, project: $0, configuration: state.configuration, metrics: state.metrics, logger: logger)
        }
        if state.configuration.cursorKey == nil {
            logger.notice(
                "cursors of connections end with this process, because there is no secret to seal them with",
                metadata: ["setting": "cursors.secret"])
        }
        do throws(SocketFailure) {
            sockets = try Self.open(state.configuration.listener)
        } catch {
            throw ServerFailure(error.description)
        }
    }

    /// A JWKS that cannot be read at the start does not end the server: it is retried, and until
    /// then the server is not ready.
    private static func keys(
        _ authentication: AuthenticationConfiguration, _ logger: Logger
    ) async throws(KeyFailure) -> KeyStore {
        let loader = KeyLoader(authentication: authentication)
        guard authentication.jwks != nil else { return KeyStore(try await loader.load()) }
        let stated = try KeySet(try await loader.stated())
        do throws(KeyFailure) {
            return KeyStore(try await loader.load())
        } catch {
            logger.error(
                "the JWKS cannot be read; tokens by its keys are refused until it can be, and the server is not ready",
                metadata: ["detail": "\(error.description)"])
            return KeyStore(stated, isComplete: false)
        }
    }

    /// Where it listens, with the ports chosen by the kernel.
    public var addresses: [ListenAddress] { sockets.first?.map(\.address) ?? [] }

    /// Serves until a signal or ``stop()``; then finishes requests in flight.
    /// - Parameter onReady: Called once all workers serve.
    /// - Throws: ``ServerFailure`` when a worker cannot start.
    public func run(onReady: @Sendable () -> Void = {}) async throws {
        let workers = sockets.indices.map { Worker(number: $0, logger: logger) }
        let refresher = keyRefresher()
        let threads = workers.enumerated().map { index, worker in
            worker.executor.spawnThread(name: "portico-\(index)", polling: worker)
        }
        do {
            // Before serving: the first request may be a scrape.
            for worker in workers { state.metrics.attach { await worker.sampleMetrics() } }
            if let certificates { state.metrics.attach { [metrics = state.metrics] in metrics.sample(certificates) } }
            for (index, (worker, own)) in zip(workers, sockets).enumerated() {
                try await worker.start(
                    state, keys: keys, refresher: refresher, certificates: certificates, sockets: own,
                    watching: index == 0 ? databaseActions(workers) : nil,
                    tablesHaveChanged: { Task { await workers[0].lookAtTables() } })
            }
            try await workers.first?.watchSignals { [self] signal in received(signal) }
        } catch {
            await end(workers, threads)
            // The message for the operator, instead of the description for clients.
            throw ServerFailure((error as? DatabaseFailure)?.message ?? "\(error)")
        }
        let ruleThread = rules.map { $0.executor.spawnThread(name: "portico-rules", polling: $0) }
        await rules?.start()
        let refreshers = [refreshKeys(refresher), watchFiles()]
        logger.notice(
            "serving",
            metadata: [
                "addresses": "\(addresses.map(\.description).joined(separator: " "))", "workers": "\(workers.count)",
            ])
        onReady()
        for await reason in stopRequests {
            logger.notice("stopping", metadata: ["reason": "\(reason)"])
            break
        }
        for refresher in refreshers { refresher?.cancel() }
        await rules?.stop()
        await end(workers, threads + (ruleThread.map { [$0] } ?? []))
        logger.notice("stopped")
        await Task.detached { LogWriter.standardError.flush() }.value
    }

    /// The actions that follow from changes of the database's tables, for all workers.
    private func databaseActions(_ workers: [Worker]) -> DatabaseKeeper.Actions {
        DatabaseKeeper.Actions(
            adopt: { [self] catalog in
                if let rules { return await rules.adopt(catalog) }
                guard let policy = try? state.policy.current.on(catalog) else { return false }
                state.policy.replace(with: policy)
                return true
            },
            forget: { for worker in workers { await worker.forgetPrepared() } })
    }

    /// Lets ``run(onReady:)`` finish requests in flight and return. Callable on any thread.
    public func stop() { stopRequest.yield("stop()") }

    private func received(_ signal: ProcessSignal) {
        // A closing terminal sends it too; without anything to reload, it ends the server.
        if signal == .hangup, state.readsAgainOnHangup, rules != nil || certificates != nil || state.documents.hasFolder
        {
            Task.detached { [self] in
                readAgain(always: true)
                await rules?.readAgain()
            }
        } else {
            stopRequest.yield("\(signal)")
        }
    }

    private func end(_ workers: [Worker], _ threads: [LoopThread]) async {
        state.metrics.detachAll()
        for worker in workers { await worker.stopAccepting() }
        // A Unix socket is shared by all workers, and closed once.
        for socket in Set(sockets.joined()) { socket.close() }
        let patience = state.configuration.limits[.shutdownTimeout]
        await withTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.stop(within: patience) } }
        }
        for worker in workers { worker.executor.stop() }
        // The loops are idle by now, so joining takes little time.
        await Task.detached { for thread in threads { thread.join() } }.value
    }

    // MARK: Sockets

    /// TCP: one socket per worker, balanced by the kernel. A Unix socket: one for all.
    private static func open(_ configuration: ListenerConfiguration) throws(SocketFailure) -> [[ListeningSocket]] {
        var sockets = [[ListeningSocket]](repeating: [], count: max(1, configuration.workers))
        do throws(SocketFailure) {
            if let host = configuration.host {
                var port = configuration.port
                // Shared ports can also be shared with another process of this user, which would
                // silently get some of the connections.
                if sockets.count > 1, port != 0 {
                    for alone in try ListeningSocket.open(.tcp(host: host, port: port)) { alone.close() }
                }
                for index in sockets.indices {
                    let opened = try ListeningSocket.open(.tcp(host: host, port: port), reusePort: sockets.count > 1)
                    sockets[index] += opened
                    if case .tcp(_, let chosen)? = opened.first?.address { port = chosen }
                }
            }
            if let unixSocket = configuration.unixSocket {
                let opened = try ListeningSocket.open(.unix(path: unixSocket.path, mode: unixSocket.mode))
                for index in sockets.indices { sockets[index] += opened }
            }
        } catch {
            for socket in Set(sockets.joined()) { socket.close() }
            throw error
        }
        return sockets
    }

    // MARK: Certificates and documents

    /// Milliseconds between two checks of the files of certificates and documents.
    private static let fileWatch = 5_000

    /// Checks the files periodically; if they are invalid, the former ones stay in force.
    private func watchFiles() -> Task<Void, Never>? {
        if let certificates {
            for warning in certificates.current.warnings { logger.warning("\(warning)") }
            logger.notice("serving by TLS", metadata: ["certificate": "\(certificates.current.summary)"])
        }
        return Task.detached { [self] in
            while true {
                do { try await Task.sleep(for: .milliseconds(Self.fileWatch)) } catch { return }
                readAgain(always: false)
            }
        }
    }

    /// Reloads what can be reloaded; blocks on disk access.
    /// - Parameter always: Even if the files look unchanged.
    func readAgain(always: Bool) {
        reloadCertificates(always: always)
        reloadDocuments(always: always)
    }

    private func reloadDocuments(always: Bool) {
        switch state.documents.reload(always: always) {
        case .unchanged: break
        case .replaced(let count):
            state.metrics.reloaded(.documents, isTaken: true)
            logger.notice("the trusted documents were read again", metadata: ["documents": "\(count)"])
        case .refused(let problems):
            state.metrics.reloaded(.documents, isTaken: false)
            logger.error(
                "the trusted documents cannot be used; the former ones stay in force",
                metadata: ["detail": "\(state.documents.text(problems))"])
        }
    }

    private func reloadCertificates(always: Bool) {
        switch certificates?.reload(always: always) {
        case nil, .unchanged: break
        case .replaced(let summary, let warnings):
            state.metrics.reloaded(.certificates, isTaken: true)
            for warning in warnings { logger.warning("\(warning)") }
            logger.notice(
                "new connections get the certificates that were read again", metadata: ["certificate": "\(summary)"])
        case .refused(let failure):
            state.metrics.reloaded(.certificates, isTaken: false)
            logger.error(
                "the certificates cannot be used; the former ones stay in force",
                metadata: ["detail": "\(failure.description)"])
        }
    }

    // MARK: Keys

    private func keyRefresher() -> KeyRefresher? {
        guard let jwks = state.configuration.authentication.jwks else { return nil }
        let loader = KeyLoader(authentication: state.configuration.authentication)
        return KeyRefresher(store: keys, pause: jwks.earlyFetch) { [logger] failure in
            logger.warning(
                "the JWKS could not be read; what was read last stays in force",
                metadata: ["detail": "\(failure.description)"])
        } load: { [metrics = state.metrics] in
            let result: Result<KeySet, KeyFailure>
            do throws(KeyFailure) { result = .success(try await loader.load()) } catch { result = .failure(error) }
            metrics.reloaded(.keys, isTaken: (try? result.get()) != nil)
            return result
        }
    }

    /// Reads a JWKS periodically; after a failed reading the last valid set stays in force.
    private func refreshKeys(_ refresher: KeyRefresher?) -> Task<Void, Never>? {
        guard let refresher, let jwks = state.configuration.authentication.jwks else { return nil }
        return Task.detached { await refresher.run(refresh: jwks.refresh) }
    }
}
