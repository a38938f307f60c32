import CoreMetrics
import PorticoGateway
import PostgresClient

/// Carries what one worker counts in plain numbers over to the metrics: by differences, so that those of several workers add up.
final class WorkerMetrics {
    private let factory: any MetricsFactory
    private let gateway: Gateway
    private let pool: ConnectionPool
    private let http: HTTPStatistics
    private let listener: HTTPListener
    private let log: RequestLog
    private var counters: [String: (counter: Counter, last: Int)] = [:]
    private var gauges: [String: (meter: Meter, last: Int)] = [:]
    private let waitTime: FloatingPointCounter
    private var lastWaitTime = 0

    init(factory: any MetricsFactory, gateway: Gateway, pool: ConnectionPool, http: HTTPStatistics, listener: HTTPListener, log: RequestLog) {
        self.factory = factory
        self.gateway = gateway
        self.pool = pool
        self.http = http
        self.listener = listener
        self.log = log
        waitTime = FloatingPointCounter(label: MetricName.poolWaitTime.rawValue, factory: factory)
    }

    /// Once for each scrape.
    func sample() {
        sampleGateway()
        samplePool()
        sampleHTTP()
        count(.droppedLogLines, log.droppedLines)
        count(.slowRequests, log.slowRequests)
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
        gauge(.answerBytesInUse, gateway.answerBudget.used)
        gauge(.answerBytesPeak, gateway.answerBudget.peak)
        count(.answersRefused, gateway.answerBudget.refusals)
        gauge(.cachedOperations, cached.operations)
        gauge(.cachedBytes, cached.bytes)
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
        for answers in http.answers { count(.httpRequests, answers.count, ("route", answers.route.description), ("status", String(answers.status))) }
        for (kind, number) in http.authenticationFailures { count(.authenticationFailures, number, ("kind", kind.rawValue)) }
        gauge(.requestsInFlight, http.inFlight)
        gauge(.connections, listener.connectionCount)
        var limits = http.limitsHit
        for (limit, number) in listener.statistics.limitsHit { limits[limit.rawValue, default: 0] += number }
        for (limit, number) in limits { count(.limitsHit, number, ("limit", limit)) }
        for (handshake, number) in listener.statistics.handshakes {
            count(.tlsHandshakes, number, ("version", handshake.version?.rawValue ?? ""), ("outcome", handshake.outcome.rawValue))
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

    private static func key(_ name: MetricName, _ labels: [(String, String)]) -> String { labels.reduce(name.rawValue) { "\($0) \($1.1)" } }
}
