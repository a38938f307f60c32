import CoreMetrics
import TestScrape
import Testing

@testable import PrometheusText

@Suite struct PrometheusRegistryTests {
    private func scrape(_ registry: PrometheusRegistry) throws -> Scrape {
        try Scrape(String(decoding: registry.text(), as: UTF8.self))
    }

    @Test func theTextIsAsWrittenDown() {
        let registry = PrometheusRegistry([
            MetricDescription("a_seconds", .histogram, "How long.", buckets: [0.1, 1]),
            MetricDescription("b_total", .counter, "A \\ and\na line."), MetricDescription("c", .gauge, "Nothing yet."),
        ])
        let timer = Timer(label: "a_seconds", factory: registry)
        for milliseconds in [50, 100, 500, 5_000] { timer.recordNanoseconds(Int64(milliseconds) * 1_000_000) }
        Counter(label: "b_total", dimensions: [("z", "q\"\\\n"), ("a", "1")], factory: registry).increment(by: 3)
        #expect(
            String(decoding: registry.text(), as: UTF8.self) == """
                # HELP a_seconds How long.
                # TYPE a_seconds histogram
                a_seconds_bucket{le="0.1"} 2
                a_seconds_bucket{le="1"} 3
                a_seconds_bucket{le="+Inf"} 4
                a_seconds_sum 5.65
                a_seconds_count 4
                # HELP b_total A \\\\ and\\na line.
                # TYPE b_total counter
                b_total{a="1",z="q\\"\\\\\\n"} 3
                # HELP c Nothing yet.
                # TYPE c gauge

                """)
    }

    /// Every sort of handle of swift-metrics ends in one the format has.
    @Test func everyHandle() throws {
        let registry = PrometheusRegistry([MetricDescription("size", .histogram, "Sizes.", buckets: [1, 10])])
        FloatingPointCounter(label: "seconds_total", factory: registry).increment(by: 0.25)
        FloatingPointCounter(label: "seconds_total", factory: registry).increment(by: 0.5)
        Gauge(label: "level", factory: registry).record(7)
        let meter = Meter(label: "open", factory: registry)
        meter.increment(by: 3.0)
        meter.decrement(by: 1.0)
        Recorder(label: "size", factory: registry).record(5)
        Counter(label: "strange name-9", dimensions: [("a b", "ü")], factory: registry).increment()
        let text = try scrape(registry)
        #expect(text.value("seconds_total") == 0.75)
        #expect(text.value("level") == 7)
        #expect(text.value("open") == 2)
        #expect(text.value("size_bucket", ["le": "10"]) == 1)
        #expect(text.value("strange_name_9", ["a_b": "ü"]) == 1)
        #expect(text.families["seconds_total"]?.kind == "counter")
        #expect(text.families["open"]?.kind == "gauge")
    }

    /// All who ask for the same name and labels, in any order, add to the same number; many threads
    /// lose nothing.
    @Test func equalNamesAreOneNumber() async throws {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "n_total", dimensions: [("a", "1"), ("b", "2")], factory: registry)
                    let timer = Timer(label: "t", dimensions: [("b", "2"), ("a", "1")], factory: registry)
                    for _ in 0..<1000 {
                        counter.increment()
                        timer.recordNanoseconds(1_000_000_000)
                    }
                }
            }
        }
        let text = try scrape(registry)
        #expect(text.value("n_total", ["a": "1", "b": "2"]) == 8000)
        #expect(text.value("t_sum", ["a": "1", "b": "2"]) == 8000)
        #expect(text.value("t_bucket", ["a": "1", "b": "2", "le": "1"]) == 8000)
    }

    @Test func aCounterNeverGoesBack() throws {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "n_total", factory: registry)
        counter.increment(by: 5)
        counter.increment(by: -3)
        #expect(try scrape(registry).value("n_total") == 5)
    }

    /// A name belongs to one kind; what comes as another is not written.
    @Test func aNameHasOneKind() throws {
        let registry = PrometheusRegistry()
        Counter(label: "x", factory: registry).increment()
        Timer(label: "x", factory: registry).recordNanoseconds(1)
        Meter(label: "x", factory: registry).set(9)
        let text = try scrape(registry)
        #expect(text.families["x"]?.kind == "counter")
        #expect(text.families["x"]?.samples.map(\.value) == [1])
    }

    @Test func whatIsDestroyedIsGone() throws {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "n_total", dimensions: [("a", "1")], factory: registry)
        counter.increment()
        counter.destroy()
        #expect(try scrape(registry).value("n_total", ["a": "1"]) == nil)
    }

    @Test func thereIsAnEndOfSeries() throws {
        let registry = PrometheusRegistry(mostSeries: 100)
        for number in 0..<110 {
            registry.makeCounter(label: "n_total", dimensions: [("a", String(number))]).increment(by: 1)
        }
        let lines = registry.text().count { $0 == UInt8(ascii: "\n") }
        #expect(lines == 102)
    }
}
