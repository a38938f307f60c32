public import CoreMetrics
import Synchronization

/// A swift-metrics backend with atomic numbers, written in Prometheus' text format (version 0.0.4).
///
/// A handle is looked up once, when it is created: adding to it is one or two relaxed atomic
/// additions. Equal names and labels share one number, so that several workers add to the same.
public final class PrometheusRegistry: MetricsFactory {
    /// Maximum numbers; further ones are discarded. Guards against labels without end.
    private let mostSeries: Int

    /// The content type of ``text()``.
    public static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    private struct State {
        var families: [String: Family] = [:]
        var series = 0
    }

    struct Family {
        let description: MetricDescription
        /// By their labels in text form.
        var series: [String: Number] = [:]
    }

    enum Number {
        case counter(AtomicCounter)
        case sum(AtomicSum)
        case gauge(AtomicGauge)
        case histogram(AtomicHistogram)
    }

    private let state: Mutex<State>

    /// - Parameter descriptions: Metrics that are listed even before they have a number. An
    ///   undescribed one is described by its name.
    public init(_ descriptions: [MetricDescription] = [], mostSeries: Int = 20_000) {
        self.mostSeries = mostSeries
        var state = State()
        for description in descriptions { state.families[description.name] = Family(description: description) }
        self.state = Mutex(state)
    }

    /// All metrics in text form, sorted by name.
    public func text() -> [UInt8] {
        let families = state.withLock { Array($0.families.values) }
        var writer = PrometheusWriter()
        for family in families.sorted(by: { $0.description.name < $1.description.name }) { writer.write(family) }
        return writer.bytes
    }

    // MARK: Numbers

    /// The number with that name and those labels, created if missing. `nil` if the registry is
    /// full, or the name belongs to another kind.
    private func number(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricDescription.Kind,
        _ make: (MetricDescription) -> Number
    ) -> Number? {
        let name = PrometheusWriter.name(label), labels = PrometheusWriter.labels(dimensions)
        return state.withLock { state in
            let description = state.families[name]?.description ?? MetricDescription(name, kind, "The metric \(name).")
            guard description.kind == kind else { return nil }
            if let known = state.families[name]?.series[labels] { return known }
            guard state.series < mostSeries else { return nil }
            let made = make(description)
            state.families[name, default: Family(description: description)].series[labels] = made
            state.series += 1
            return made
        }
    }

    private func forget(_ isIt: (Number) -> Bool) {
        state.withLock { state in
            for (name, family) in state.families {
                for (labels, number) in family.series where isIt(number) {
                    state.families[name]?.series[labels] = nil
                    state.series -= 1
                }
            }
        }
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let counter)? = number(label, dimensions, .counter, { _ in .counter(AtomicCounter()) }) {
            counter
        } else {
            AtomicCounter()
        }
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        if case .sum(let sum)? = number(label, dimensions, .counter, { _ in .sum(AtomicSum()) }) {
            sum
        } else {
            AtomicSum()
        }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram; without `aggregate` only the last value counts.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    public func destroyCounter(_ handler: any CounterHandler) {
        forget { if case .counter(let counter) = $0 { counter === handler } else { false } }
    }

    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        forget { if case .sum(let sum) = $0 { sum === handler } else { false } }
    }

    public func destroyMeter(_ handler: any MeterHandler) {
        forget { if case .gauge(let gauge) = $0 { gauge === handler } else { false } }
    }

    public func destroyRecorder(_ handler: any RecorderHandler) {
        forget {
            switch $0 {
            case .gauge(let gauge): gauge === handler
            case .histogram(let histogram): histogram === handler
            case .counter, .sum: false
            }
        }
    }

    public func destroyTimer(_ handler: any TimerHandler) {
        forget { if case .histogram(let histogram) = $0 { histogram === handler } else { false } }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> AtomicGauge {
        if case .gauge(let gauge)? = number(label, dimensions, .gauge, { _ in .gauge(AtomicGauge()) }) {
            gauge
        } else {
            AtomicGauge()
        }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> AtomicHistogram {
        let made = number(label, dimensions, .histogram) { .histogram(AtomicHistogram(bounds: $0.buckets)) }
        return if case .histogram(let histogram)? = made { histogram } else { AtomicHistogram(bounds: []) }
    }
}
