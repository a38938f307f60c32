import JSONBytes
import Synchronization
import Tracing

/// A tracer that writes each finished span as one line of JSON: for programs that read logs.
final class LogTracer: Tracer {
    /// Bytes of lines waiting for their parent; others are dropped. Guards against endless spans.
    static let mostBytes = 1 << 20

    private let sample: Double
    private let write: @Sendable (UnsafeRawBufferPointer) -> Void
    private let lines = Mutex<[UInt8]>([])

    /// - Parameters:
    ///   - sample: The fraction of new traces that is recorded, 0 to 1.
    ///   - write: Takes whole lines.
    init(sample: Double, write: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
        (self.sample, self.write) = (sample, write)
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> LogSpan {
        let context = context(), parent = context[SpanPlaceKey.self]
        let trace = parent?.traceID ?? (.random(in: .min ... .max), .random(in: 1 ... .max))
        let place = SpanPlace(
            traceID: trace, spanID: .random(in: 1 ... .max),
            isSampled: parent?.isSampled ?? (Double.random(in: 0..<1) < sample), state: parent?.state)
        return LogSpan(
            operationName, context: context, place: place, parent: parent, kind: kind,
            startedAt: instant().nanosecondsSinceEpoch, tracer: self)
    }

    func forceFlush() { flush() }

    // MARK: Propagation

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let field = extractor.extract(key: "traceparent", from: carrier),
            let parent = TraceParent(Array(field.utf8)[...])
        else { return }
        context[SpanPlaceKey.self] = SpanPlace(
            traceID: parent.traceID, spanID: parent.parentID, isSampled: parent.isSampled, isRemote: true,
            state: extractor.extract(key: "tracestate", from: carrier).flatMap(TraceState.valid))
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let place = context[SpanPlaceKey.self] else { return }
        let ids = "\(SpanPlace.hex(place.traceID.high, place.traceID.low))-\(SpanPlace.hex(place.spanID))"
        injector.inject("00-\(ids)-\(place.isSampled ? "01" : "00")", forKey: "traceparent", into: &carrier)
        if let state = place.state { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }

    // MARK: Lines

    /// A span without a local parent also writes its descendants, so that traces stay together.
    func finish(_ span: LogSpan, _ state: LogSpan.State, at end: UInt64) {
        let text = Self.text(span, state, end)
        lines.withLock { lines in if lines.count + text.count <= Self.mostBytes { lines += text } }
        if span.parent?.isRemote ?? true { flush() }
    }

    private func flush() {
        let text = lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
        if !text.isEmpty { text.withUnsafeBytes(write) }
    }

    private static func text(_ span: LogSpan, _ state: LogSpan.State, _ end: UInt64) -> [UInt8] {
        let line = LogLine(buffer: ResponseBuffer(capacity: 512), format: .json)
        line.begin(level: .info, message: "span")
        line.field("trace", SpanPlace.hex(span.place.traceID.high, span.place.traceID.low))
        line.field("span", SpanPlace.hex(span.place.spanID))
        if let parent = span.parent { line.field("parent", SpanPlace.hex(parent.spanID)) }
        line.field("name", state.name)
        line.field("kind", "\(span.kind)")
        line.field("startNanoseconds", Int(clamping: span.startedAt))
        line.field("ms", milliseconds: Int(clamping: end > span.startedAt ? (end - span.startedAt) / 1000 : 0))
        if let status = state.status { line.field("status", status.code == .error ? "error" : "ok") }
        var attributes: [(String, String)] = []
        state.attributes.forEach { attributes.append(($0, Self.text($1))) }
        for (name, value) in attributes.sorted(by: { $0.0 < $1.0 }) { line.field(dynamic: name, value) }
        line.end()
        return line.buffer.takeBytes()
    }

    private static func text(_ attribute: SpanAttribute) -> String {
        switch attribute {
        case .string(let text): text
        case .int64(let number): String(number)
        case .int32(let number): String(number)
        case .double(let number): String(number)
        case .bool(let value): String(value)
        default: "\(attribute)"
        }
    }
}
