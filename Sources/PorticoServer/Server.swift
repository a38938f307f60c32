import Glibc
import Logging
import PostgresClient
import SocketLoop
import Synchronization
import TLSTransport

/// Why the server cannot start. The description is for the operator.
public struct ServerFailure: Error, Sendable, CustomStringConvertible {
    public var description: String
    /// Whether what is configured cannot be served as it stands, however often it is tried.
    public var isConfiguration: Bool

    init(_ description: String, isConfiguration: Bool = false) {
        self.description = description
        self.isConfiguration = isConfiguration
    }
}

/// The gateway as a process serves it: its listening sockets and its workers.
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
    /// `nil` where TCP is served without TLS.
    private let certificates: CertificateStore?
    /// `nil` where the rules stay what they are.
    private let rules: RuleKeeper?
    /// For each worker its own.
    private let sockets: [[Listener]]
    private let stopRequests: AsyncStream<String>
    private let stopRequest: AsyncStream<String>.Continuation

    /// Keeps SIGTERM, SIGINT and SIGHUP from ending the process, so that the server can finish what
    /// is in flight. To be called before any thread is started.
    public static func prepareSignals() { SignalSource.block([.terminate, .interrupt, .hangup]) }

    /// Loads the keys and opens the sockets: from now on connections wait to be accepted.
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
        rules = state.watchedProject.map { [logger] in RuleKeeper(state, project: $0, logger: logger) }
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

    /// A JWKS that cannot be read at the start is no reason to end: it is read once it can be, and
    /// until then the server is not ready.
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

    /// Where it listens, with the ports that the kernel chose.
    public var addresses: [ListenAddress] { sockets.first?.map(\.address) ?? [] }

    /// Serves until the process is told to end, or ``stop()``; then finishes what is in flight.
    /// - Parameter onReady: Called once all workers serve.
    /// - Throws: ``ServerFailure`` when a worker cannot start.
    public func run(onReady: @Sendable () -> Void = {}) async throws {
        let workers = sockets.indices.map { Worker(number: $0, logger: logger) }
        let refresher = keyRefresher()
        let threads = workers.enumerated().map { index, worker in
            worker.executor.spawnThread(name: "portico-\(index)", polling: worker)
        }
        do {
            // Before anybody is served: the first request may be a scrape.
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
            // Of a failure of the database the description is for strangers; here the operator
            // asks.
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

    /// What follows from the tables of the database, for all workers.
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

    /// Lets ``run(onReady:)`` finish what is in flight and return. Any thread may call it, at any
    /// time.
    public func stop() { stopRequest.yield("stop()") }

    private func received(_ signal: ProcessSignal) {
        // A terminal that goes away sends it too; where there is nothing to read again, it ends the
        // server as it would end any program.
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
        // The loops are idle by now, so that none is waited for long.
        await Task.detached { for thread in threads { thread.join() } }.value
    }

    // MARK: Sockets

    /// TCP sockets: one for each worker, between which the kernel spreads connections. A Unix
    /// socket: one for all.
    private static func open(_ configuration: ListenerConfiguration) throws(SocketFailure) -> [[Listener]] {
        var sockets = [[Listener]](repeating: [], count: max(1, configuration.workers))
        do throws(SocketFailure) {
            if let host = configuration.host {
                var port = configuration.port
                // Sockets that share a port share it with another process of this user as well,
                // which would get some of the connections without anybody noticing.
                if sockets.count > 1, port != 0 {
                    for alone in try Listener.open(.tcp(host: host, port: port)) { alone.close() }
                }
                for index in sockets.indices {
                    let opened = try Listener.open(.tcp(host: host, port: port), reusePort: sockets.count > 1)
                    sockets[index] += opened
                    if case .tcp(_, let chosen)? = opened.first?.address { port = chosen }
                }
            }
            if let unixSocket = configuration.unixSocket {
                let opened = try Listener.open(.unix(path: unixSocket.path, mode: unixSocket.mode))
                for index in sockets.indices { sockets[index] += opened }
            }
        } catch {
            for socket in Set(sockets.joined()) { socket.close() }
            throw error
        }
        return sockets
    }

    // MARK: Certificates and documents

    /// Milliseconds between two looks at the files of certificates and documents.
    private static let fileWatch = 5_000

    /// Looks at the files again and again; what is wrong with them leaves the former ones in force.
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

    /// Reads what can be read again while the server runs; blocks for as long as the disk does.
    /// - Parameter always: Even where the files look the same.
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

    /// Reads a JWKS again and again; a reading that fails leaves the last good set in force.
    private func refreshKeys(_ refresher: KeyRefresher?) -> Task<Void, Never>? {
        guard let refresher, let jwks = state.configuration.authentication.jwks else { return nil }
        return Task.detached { await refresher.run(refresh: jwks.refresh) }
    }
}
