import Glibc
import HTTPWire
import PorticoExecution
import PorticoGateway
import Tracing

/// The spans of one request: its own, with a child for each stage and load. Children are created
/// from measurements when the request is over.
package struct RequestTrace {
    private let tracer: any Tracer
    private let span: any Span
    private let startedAt: Int
    /// Offset from ``MonotonicClock`` to the time of day, in nanoseconds.
    private let offset: Int

    /// `nil` if the tracer does not record this request.
    /// - Parameter startedAt: By ``MonotonicClock``.
    package init?(_ request: HTTPRequest, route: StaticString, startedAt: Int, tracer: any Tracer) {
        var context = ServiceContext.topLevel
        tracer.extract(request.allHeaders, into: &context, using: HeaderExtractor())
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let offset = now.tv_sec * 1_000_000_000 + now.tv_nsec - MonotonicClock.nanoseconds()
        span = tracer.startSpan(
            "\(request.method.name) \(route)", context: context, ofKind: .server, at: Self.instant(startedAt, offset))
        guard span.isRecording else { return nil }
        self.tracer = tracer
        self.startedAt = startedAt
        self.offset = offset
        span.attributes["http.route"] = route.description
        span.attributes["http.request.method"] = request.method.name
    }

    package func end(requestID: RequestID, status: Int, _ observation: RequestObservation?) {
        let now = MonotonicClock.nanoseconds()
        span.attributes["http.response.status_code"] = status
        span.attributes["portico.request_id"] = requestID.text
        if let observation {
            if let name = observation.operationName { span.attributes["graphql.operation.name"] = name }
            if let kind = observation.operationKind { span.attributes["graphql.operation.type"] = kind.rawValue }
            if let plan = observation.plan { span.attributes["portico.plan"] = plan }
            stages(observation, now)
        }
        if status >= 500 { span.setStatus(SpanStatus(code: .error)) }
        span.end(at: Self.instant(now, offset))
    }

    /// Stages are consecutive, placed from both ends: those before the database end where it
    /// begins, and writing the answer comes last.
    private func stages(_ observation: RequestObservation, _ now: Int) {
        let stages = observation.stages, loads = observation.loadMeasurements ?? [], answered = startedAt + stages.total
        if let time = stages.write { child("write", answered - time, answered) }
        var end = loads.map(\.startedAt).min() ?? answered - (stages.write ?? 0) - (stages.database ?? 0)
        for (name, time) in [("plan", stages.plan), ("validate", stages.validate), ("parse", stages.parse)] {
            guard let time else { continue }
            child(name, end - time, end)
            end -= time
        }
        for load in loads {
            child("load \(load.load.path)", load.startedAt, load.endedAt ?? now, kind: .client) { span in
                span.attributes["db.system.name"] = "postgresql"
                span.attributes["db.response.returned_rows"] = load.rows
                span.attributes["db.query.text"] = load.load.sql
                if load.isFailed || load.endedAt == nil { span.setStatus(SpanStatus(code: .error)) }
            }
        }
    }

    private func child(
        _ name: String, _ start: Int, _ end: Int, kind: SpanKind = .internal, _ describe: (any Span) -> Void = { _ in }
    ) {
        let child = tracer.startSpan(name, context: span.context, ofKind: kind, at: Self.instant(start, offset))
        describe(child)
        child.end(at: Self.instant(end, offset))
    }

    private static func instant(_ nanoseconds: Int, _ offset: Int) -> DefaultTracerClock.Timestamp {
        DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: UInt64(clamping: nanoseconds + offset))
    }
}

/// Reads a request's fields for tracers. A duplicate `traceparent` counts as missing.
private struct HeaderExtractor: Extractor {
    func extract(key: String, from fields: [(name: String, value: String)]) -> String? {
        let key = key.lowercased(), values = fields.filter { $0.name == key }.map(\.value)
        return values.isEmpty || (values.count > 1 && key == "traceparent") ? nil : values.joined(separator: ",")
    }
}
