import Synchronization
import Tracing

/// The place of a span in its trace, as carried by a context.
struct SpanPlace: Sendable {
    var traceID: (high: UInt64, low: UInt64)
    var spanID: UInt64
    var isSampled: Bool
    /// Whether it belongs to another process.
    var isRemote = false
    /// Passed on unchanged.
    var state: String?

    static func hex(_ words: UInt64...) -> String {
        words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

enum SpanPlaceKey: ServiceContextKey {
    typealias Value = SpanPlace
    static var nameOverride: String? { "portico-span" }
}

/// A span of ``LogTracer``.
final class LogSpan: Span {
    struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var isEnded = false
    }

    let context: ServiceContext
    let place: SpanPlace
    /// The parent span, if any, and whether it belongs to another process.
    let parent: SpanPlace?
    let kind: SpanKind
    let startedAt: UInt64
    private let tracer: LogTracer
    private let state: Mutex<State>

    init(
        _ name: String, context: ServiceContext, place: SpanPlace, parent: SpanPlace?, kind: SpanKind,
        startedAt: UInt64, tracer: LogTracer
    ) {
        var context = context
        context[SpanPlaceKey.self] = place
        self.context = context
        self.place = place
        self.parent = parent
        self.kind = kind
        self.startedAt = startedAt
        self.tracer = tracer
        state = Mutex(State(name: name))
    }

    var isRecording: Bool { place.isSampled && !state.withLock { $0.isEnded } }

    var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    func setStatus(_ status: SpanStatus) { state.withLock { $0.status = status } }

    // Log lines do not include events within a span, or links.
    func addEvent(_ event: SpanEvent) {}
    func addLink(_ link: SpanLink) {}

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        setStatus(SpanStatus(code: .error))
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let ended: State? = state.withLock { state in
            guard !state.isEnded else { return nil }
            state.isEnded = true
            return state
        }
        if let ended, place.isSampled { tracer.finish(self, ended, at: instant().nanosecondsSinceEpoch) }
    }
}
