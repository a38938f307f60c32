import JSONBytes
import PorticoExecution
import PorticoGateway

/// The log record of a slow request: its stages and loads' SQL, without parameters' values.
extension RequestLog {
    /// Slow requests that are logged per second; further ones are counted. Guards against an outage
    /// that makes every request slow.
    static let mostSlowRequests = 10
    /// Loads of one record, the longest ones. Guards against unbounded records.
    static let mostSlowLoads = 20
    /// Bytes of a load's SQL; the rest is cut.
    static let longestSQL = 4096

    package func slow(_ record: RequestRecord, _ observation: RequestObservation, _ loads: [LoadMeasurement]) {
        guard let skipped = admitsSlowRequest() else { return }
        line.begin(level: .warning, message: "a slow request")
        line.field("requestId") { record.requestID.write(into: $0) }
        if let trace = record.trace { line.field("trace") { trace.writeTraceID(into: $0) } }
        if let operation = record.operation { line.field("operation", operation) }
        if let plan = record.plan { line.field("plan", plan) }
        if let viewer = record.viewer {
            line.field("role", viewer.role.text)
            if let tenant = viewer.tenant { line.field("tenant", tenant.text) }
        }
        line.field("status", record.status)
        line.field("ms", milliseconds: record.microseconds)
        for stage in StageTimes.Stage.allCases {
            if let time = observation.stages[stage] { line.field(Self.name(stage), milliseconds: time / 1000) }
        }
        line.field("rows", record.rows)
        if skipped > 0 { line.field("skipped", skipped) }
        let shown = Self.longest(loads)
        if shown.count < loads.count { line.field("loadsLeftOut", loads.count - shown.count) }
        line.list("loads", shown) { load, buffer in Self.write(load, into: buffer) }
        line.end()
        schedule()
    }

    /// In the order of the plan.
    private static func longest(_ loads: [LoadMeasurement]) -> [LoadMeasurement] {
        guard loads.count > mostSlowLoads else { return loads }
        return loads.sorted { duration($0) > duration($1) }.prefix(mostSlowLoads).sorted {
            $0.load.index < $1.load.index
        }
    }

    /// An unfinished load counts as the longest.
    private static func duration(_ load: LoadMeasurement) -> Int { load.endedAt.map { $0 - load.startedAt } ?? .max }

    private static func write(_ load: LoadMeasurement, into buffer: ResponseBuffer) {
        buffer.append("{\"path\":")
        buffer.appendJSONString(load.load.path)
        if let endedAt = load.endedAt {
            buffer.append(",\"rows\":")
            buffer.appendInteger(load.rows)
            buffer.append(",\"ms\":")
            LogLine.append(milliseconds: (endedAt - load.startedAt) / 1000, to: buffer)
        }
        if load.isFailed { buffer.append(",\"failed\":true") }
        buffer.append(",\"sql\":")
        buffer.appendJSONString(String(decoding: load.load.sql.utf8.prefix(longestSQL), as: UTF8.self))
        buffer.append("}")
    }

    private static func name(_ stage: StageTimes.Stage) -> StaticString {
        switch stage {
        case .parse: "parseMs"
        case .validate: "validateMs"
        case .plan: "planMs"
        case .database: "databaseMs"
        case .write: "writeMs"
        }
    }
}
