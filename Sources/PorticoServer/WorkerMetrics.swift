import CoreMetrics
import PorticoGateway
import PorticoHTTP
import PorticoTelemetry
import PostgresClient
import SocketLoop

/// Adds one worker's counts to the metrics: as differences, which add up over workers.
final class WorkerMetrics {
    private let factory: any MetricsFactory
    private let worker: String
    private let reactor: Reactor
    private let gateway: Gateway
    private let pool: ConnectionPool
    private let http: HTTPStatistics
    private let listener: HTTPListener
    private let answers: ByteBudget
    private let log: RequestLog
    private var counters: [String: (counter: Counter, last: Int)] = [:]
    private var gauges: [String: (meter: Meter, last: Int)] = [:]
    private let waitTime: FloatingPointCounter
    private var lastWaitTime = 0
    private let longestTurn: Meter
    private let busyTime: FloatingPointCounter
    private var lastBusyTime = 0

    /// - Parameter worker: Its number within the process.
    init(
        factory: any MetricsFactory, worker: Int, reactor: Reactor, gateway: Gateway, pool: ConnectionPool,
        http: HTTPStatistics, listener: HTTPListener, answers: ByteBudget, log: RequestLog
    ) {
        self.factory = factory
        self.worker = String(worker)
        self.reactor = reactor
        let label = [("worker", self.worker)]
        longestTurn = Meter(label: MetricName.loopLongestTurn.rawValue, dimensions: label, factory: factory)
        busyTime = FloatingPointCounter(label: MetricName.loopBusy.rawValue, dimensions: label, factory: factory)
        self.gateway = gateway
        self.pool = pool
        self.http = http
        self.listener = listener
        self.answers = answers
        self.log = log
        waitTime = FloatingPointCounter(label: MetricName.poolWaitTime.rawValue, factory: factory)
    }

    /// Once for each scrape.
    func sample() {
        sampleGateway()
        samplePool()
        sampleHTTP()
        sampleLoop()
        sample(listener.bodies.budget, "bodies")
        sample(answers, "answers")
        count(.slowRequests, log.slowRequests)
    }

    private func sample(_ budget: ByteBudget, _ name: String) {
        gauge(.budgetUsed, budget.used, ("budget", name))
        gauge(.budgetPeak, budget.peak, ("budget", name))
        gauge(.budgetLimit, budget.limit, ("budget", name))
        count(.budgetRefusals, budget.refusals, ("budget", name))
    }

    private func sampleGateway() {
        let statistics = gateway.statistics, cached = gateway.cached
        count(.loads, statistics.loads)
        count(.statements, statistics.statements)
        count(.rows, statistics.rows)
        count(.responseBytes, statistics.responseBytes)
        count(.cacheLookups, statistics.documentHits, ("cache", "document"), ("result", "hit"))
        count(.cacheLookups, statistics.documentMisses, ("cache", "document"), ("result", "miss"))
        count(.cacheLookups, statistics.planHits, ("cache", "plan"), ("result", "hit"))
        count(.cacheLookups, statistics.planMisses, ("cache", "plan"), ("result", "miss"))
        gauge(.cachedOperations, cached.operations)
        gauge(.cachedBytes, cached.bytes)
    }

    private func sampleLoop() {
        let times = reactor.turnTimes
        count(.loopTurns, times.turns, ("worker", worker))
        count(.loopLongTurns, times.longTurns, ("worker", worker))
        busyTime.increment(by: Double(times.nanoseconds - lastBusyTime) / 1_000_000_000)
        lastBusyTime = times.nanoseconds
        longestTurn.set(Double(reactor.takeLongestTurn()) / 1_000_000_000)
        count(.besideLoop, gateway.statistics.besideLoop)
    }

    private func samplePool() {
        let statistics = pool.statistics
        count(.poolStatements, statistics.sent)
        count(.cacheLookups, statistics.preparedHits, ("cache", "statement"), ("result", "hit"))
        count(.cacheLookups, statistics.prepared, ("cache", "statement"), ("result", "miss"))
        count(.poolWaits, statistics.waits)
        waitTime.increment(by: Double(statistics.waitMilliseconds - lastWaitTime) / 1000)
        lastWaitTime = statistics.waitMilliseconds
        count(.poolRefused, statistics.refused)
        count(.poolTimedOut, statistics.timedOut)
        count(.poolCancels, statistics.cancels)
        count(.poolHeld, statistics.held)
        count(.poolRerun, statistics.rerun)
        count(.poolRelieved, statistics.relieved)
        count(.poolResultsGivenUp, statistics.resultsGivenUp)
        count(.poolConnects, statistics.connects)
        count(.poolConnectionsLost, statistics.connectionsLost)
        gauge(.poolWaiting, pool.waitingStatements)
        let ready = pool.readyConnections, idle = pool.idleConnections, held = pool.heldConnections
        gauge(.poolConnections, idle, ("state", "idle"))
        gauge(.poolConnections, ready - idle - held, ("state", "busy"))
        gauge(.poolConnections, held, ("state", "held"))
        gauge(.poolConnections, pool.connectionCount - ready, ("state", "down"))
    }

    private func sampleHTTP() {
        for answers in http.answers {
            count(
                .httpRequests, answers.count, ("route", answers.route.description), ("status", String(answers.status)))
        }
        for (kind, number) in http.authenticationFailures {
            count(.authenticationFailures, number, ("kind", kind.rawValue))
        }
        gauge(.requestsInFlight, http.inFlight)
        gauge(.connections, listener.connectionCount)
        count(.droppedForRoom, listener.bodies.dropped, ("what", "body"))
        count(.droppedForRoom, listener.statistics.evicted, ("what", "waiting_connection"))
        count(.droppedForRoom, listener.statistics.slowReaders, ("what", "slow_reader"))
        var limits = http.limitsHit
        for (limit, number) in listener.statistics.limitsHit { limits[limit.rawValue, default: 0] += number }
        for (limit, number) in limits { count(.limitsHit, number, ("limit", limit)) }
        for (handshake, number) in listener.statistics.handshakes {
            count(
                .tlsHandshakes, number, ("version", handshake.version?.rawValue ?? ""),
                ("outcome", handshake.outcome.rawValue))
        }
    }

    // MARK: Numbers

    private func count(_ name: MetricName, _ number: Int, _ labels: (String, String)...) {
        let key = Self.key(name, labels)
        let known = counters[key] ?? (Counter(label: name.rawValue, dimensions: labels, factory: factory), 0)
        if number > known.last { known.counter.increment(by: number - known.last) }
        counters[key] = (known.counter, number)
    }

    private func gauge(_ name: MetricName, _ number: Int, _ labels: (String, String)...) {
        let key = Self.key(name, labels)
        let known = gauges[key] ?? (Meter(label: name.rawValue, dimensions: labels, factory: factory), 0)
        if number > known.last { known.meter.increment(by: Double(number - known.last)) }
        if number < known.last { known.meter.decrement(by: Double(known.last - number)) }
        gauges[key] = (known.meter, number)
    }

    private static func key(_ name: MetricName, _ labels: [(String, String)]) -> String {
        labels.reduce(name.rawValue) { "\($0) \($1.1)" }
    }
}
