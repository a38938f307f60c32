import PorticoReview

/// The results as text.
struct BenchReport {
    let results: [BenchResult]

    var hasErrors: Bool { results.contains { $0.sides.contains { $0.errors > 0 } } }

    /// The table, that of the ratios for two gateways, and the first error of each measurement.
    func text(width: Int) -> String {
        var parts = [figures(width)]
        if results.contains(where: { $0.sides.count == 2 }) { parts.append(ratios(width)) }
        let errors = results.flatMap { result in
            result.sides.filter { $0.errors > 0 }.map { side in
                "\(result.workload) with \(result.inFlight) in flight, \(side.name): \(side.errors) of \(side.errors + side.answered) requests failed; the first: \(side.firstError ?? "")"
            }
        }
        if !errors.isEmpty { parts.append(errors.joined(separator: "\n")) }
        return parts.joined(separator: "\n\n")
    }

    private func figures(_ width: Int) -> String {
        var table = TextTable(head: [
            "WORKLOAD", "FLIGHT", "GATEWAY", "REQ/S", "ROUNDS", "P50 ms", "P90", "P99", "MAX", "ERRORS", "BYTES",
            "STMTS", "CPU µs", "PG µs",
        ])
        for result in results {
            for side in result.sides {
                func cell(_ figure: BenchMeasurement.Figure) -> String { side.median(figure).map(Self.number) ?? "-" }
                let rounds =
                    side.spread(.requestsPerSecond).map { "\(Self.number($0.least))–\(Self.number($0.most))" } ?? "-"
                table.add([
                    result.workload, "\(result.inFlight)", side.name, cell(.requestsPerSecond), rounds, cell(.p50),
                    cell(.p90), cell(.p99), cell(.max), "\(side.errors)", cell(.bytesPerAnswer),
                    cell(.statementsPerRequest), cell(.gatewayCPU), cell(.postgresCPU),
                ])
            }
        }
        return table.text(width: width)
    }

    private func ratios(_ width: Int) -> String {
        var table = TextTable(head: ["WORKLOAD", "FLIGHT", "REQ/S", "P50", "P99", "STMTS", "CPU", "PG"])
        for result in results {
            func cell(_ figure: BenchMeasurement.Figure) -> String {
                result.ratio(figure).map {
                    "\(Self.fixed($0.median, 2)) (\(Self.fixed($0.least, 2))–\(Self.fixed($0.most, 2)))"
                } ?? "-"
            }
            table.add([
                result.workload, "\(result.inFlight)", cell(.requestsPerSecond), cell(.p50), cell(.p99),
                cell(.statementsPerRequest), cell(.gatewayCPU), cell(.postgresCPU),
            ])
        }
        let names = results.first?.sides.map(\.name) ?? []
        return
            "\(names.joined(separator: " by ")): medians, and the least and the most of a round\n\n\(table.text(width: width))"
    }

    // MARK: Numbers

    /// At least three digits, so that columns of very different numbers are readable.
    static func number(_ value: Double) -> String { fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2) }

    /// - Parameter digits: After the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { factor, _ in factor * 10 }
        let scaled = Int(min(max(0, value) * Double(scale), 1e15).rounded())
        guard digits > 0 else { return "\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(scaled / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}
