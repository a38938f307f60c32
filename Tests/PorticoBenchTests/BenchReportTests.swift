import JSONBytes
import Testing

@testable import portico_bench

/// The statistics and what is printed of them.
@Suite struct BenchReportTests {
    private func measurement(
        _ milliseconds: [Int], errors: Int = 0, statements: Int? = nil, cpu: Int? = nil
    ) -> BenchMeasurement {
        var latencies = LatencyHistogram()
        for time in milliseconds { latencies.add(nanoseconds: time * 1_000_000) }
        return BenchMeasurement(
            answered: milliseconds.count, errors: errors, firstError: errors > 0 ? "it broke" : nil,
            bytes: 100 * milliseconds.count, nanoseconds: 1_000_000_000, latencies: latencies,
            statements: statements, gatewayNanoseconds: cpu, postgresNanoseconds: nil)
    }

    @Test func percentilesAreAtMostAHundredthTooHigh() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == nil)
        for value in 1...100_000 { histogram.add(nanoseconds: value * 1_000) }
        for (share, exact) in [(0.0, 1_000), (0.5, 50_000_000), (0.9, 90_000_000), (0.99, 99_000_000)] {
            let found = histogram.percentile(share) ?? 0
            #expect(found >= exact && Double(found) <= Double(exact) * 1.01, "\(share): \(found)")
        }
        #expect(
            histogram.percentile(1) == 100_000_000 && histogram.maximum == 100_000_000 && histogram.count == 100_000)
    }

    @Test func smallAndHugeTimesAreCounted() {
        var histogram = LatencyHistogram()
        for value in [0, 1, 127, 128, 255, 256, -5] { histogram.add(nanoseconds: value) }
        #expect([0.2, 0.42, 0.57, 0.71, 0.85].map { histogram.percentile($0) } == [0, 1, 127, 128, 255])
        histogram.add(nanoseconds: 1 << 50)
        #expect(histogram.percentile(1) ?? 0 >= 1 << 40 && histogram.maximum == 1 << 50)
    }

    @Test func figuresAreForEachRequest() {
        let round = measurement([1, 2, 3], errors: 1, statements: 8, cpu: 400_000)
        #expect(round[.requestsPerSecond] == 3 && round[.bytesPerAnswer] == 100)
        #expect(round[.statementsPerRequest] == 2 && round[.gatewayCPU] == 100 && round[.postgresCPU] == nil)
        #expect(round[.max] == 3)
        let nothing = measurement([])
        #expect(nothing[.p50] == nil && nothing[.bytesPerAnswer] == nil && nothing[.statementsPerRequest] == nil)
    }

    @Test func mediansAndSpreads() {
        typealias Spread = BenchResult.Spread
        #expect(Spread([]) == nil)
        #expect(Spread([3, 1, 2])?.median == 2 && Spread([4, 1, 2, 3])?.median == 2.5)
        #expect(Spread([3, 1, 2])?.least == 1 && Spread([3, 1, 2])?.most == 3)
    }

    private func comparison() -> BenchResult {
        let first = [[1, 1, 1, 1], [1, 1, 1, 1, 1, 1]].map { measurement($0, cpu: $0.count * 50_000) },
            second = [[1, 1], [1, 1, 1, 1]].map { measurement($0, errors: 1, cpu: ($0.count + 1) * 100_000) }
        return BenchResult(
            workload: "point", inFlight: 16,
            sides: [.init(name: "new", rounds: first), .init(name: "old", rounds: second)])
    }

    @Test func ratiosAreOfMediansWithTheRoundsBesideThem() {
        let ratio = comparison().ratio(.requestsPerSecond)
        #expect(ratio?.median == 5.0 / 3 && ratio?.least == 1.5 && ratio?.most == 2)
        #expect(comparison().ratio(.gatewayCPU)?.median == 0.5 && comparison().ratio(.statementsPerRequest) == nil)
    }

    @Test func theTableShowsBothAndTheFirstError() {
        let report = BenchReport(results: [comparison()])
        let lines = report.text(width: 160).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(
            lines[2].split(separator: " ").map(String.init) == [
                "point", "16", "new", "5.00", "4.00–6.00", "1.00", "1.00", "1.00", "1.00", "0", "100", "-", "50.0", "-",
            ])
        #expect(lines[3].split(separator: " ").prefix(3) == ["point", "16", "old"])
        #expect(lines[5] == "new by old: medians, and the least and the most of a round")
        #expect(lines[9].hasPrefix("point     16      1.67 (1.50–2.00)"), "\(lines[9])")
        #expect(lines.last == "point with 16 in flight, old: 2 of 8 requests failed; the first: it broke")
        #expect(report.hasErrors)
    }

    @Test func theFileHasEveryRound() throws {
        let buffer = ResponseBuffer()
        BenchReport(results: [comparison()]).json(try BenchOptions.parse([])).write(into: buffer)
        let value = try parseJSON(buffer.takeBytes())
        guard case .array(let results)? = value["results"], case .array(let gateways)? = results.first?["gateways"],
            case .array(let rounds)? = gateways.first?["rounds"]
        else {
            Issue.record("no rounds")
            return
        }
        #expect(
            rounds.count == 2 && rounds[0]["answered"] == .number("4")
                && rounds[0]["requestsPerSecond"] == .number("4.0000") && rounds[0]["postgresCPU"] == .null)
        #expect(results.first?["ratios"]?["gatewayCPU"]?["medians"] == .number("0.5000"))
    }

    @Test(arguments: [
        (0.0, "0.00"), (1.005, "1.00"), (9.999, "10.00"), (12.34, "12.3"), (999.6, "1000"), (123_456, "123456"),
    ]) func numbersAreShort(_ value: Double, _ text: String) {
        #expect(BenchReport.number(value) == text)
    }

    @Test func timesOfProcessesAreRead() {
        let line = "42 (a ) b) S 7 1 1 0 -1 4194560 100 0 0 0 150 50 30 20 20 0 1 0 100 1 1"
        let times = ProcessCPU.Times(Array(line.utf8))
        #expect(times?.parent == 7 && times?.own == 200 && times?.endedChildren == 50)
        #expect(ProcessCPU.Times(Array("42 (a".utf8)) == nil && ProcessCPU.times(of: 0) == nil)
    }

    @Test func whatDocumentsCostIsForEach() {
        var round = DocumentBench.Round()
        #expect(DocumentBench.Round.Figure.allCases.allSatisfy { round[$0] == nil })
        round = DocumentBench.Round(documents: 4, parse: 8_000, validate: 12_000, plan: 20_000)
        #expect(
            [.parse, .validate, .plan, .all].map { round[$0] } == [2, 3, 5, 10] && round[.checkedPerSecond] == 200_000)
        let slower = DocumentBench.Round(documents: 1, parse: 4_000, validate: 6_000, plan: 10_000)
        let report = DocumentReport(results: [
            DocumentBench.Result(workload: "late", bytes: 70, rounds: [round, slower]),
            DocumentBench.Result(workload: "never", bytes: 1, rounds: []),
        ])
        let lines = report.text(width: 200).split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines[2] == ["late", "70", "3.00", "4.50", "7.50", "15.0", "10.0–20.0", "150000"])
        #expect(lines[3] == ["never", "1", "-", "-", "-", "-", "-", "-"])
    }
}
