import JSONBytes
import PorticoReview
import PorticoTelemetry

/// The costs of documents as text or JSON.
struct DocumentReport {
    let results: [DocumentBench.Result]

    func text(width: Int) -> String {
        var table = TextTable(head: ["DOCUMENT", "BYTES", "PARSE µs", "VALIDATE", "PLAN", "ALL", "ROUNDS", "CHECKED/S"])
        for result in results {
            func cell(_ figure: DocumentBench.Round.Figure) -> String {
                result.spread(figure).map { BenchReport.number($0.median) } ?? "-"
            }
            let rounds =
                result.spread(.all).map { "\(BenchReport.number($0.least))–\(BenchReport.number($0.most))" } ?? "-"
            table.add([
                result.workload, "\(result.bytes)", cell(.parse), cell(.validate), cell(.plan), cell(.all), rounds,
                cell(.checkedPerSecond),
            ])
        }
        return table.text(width: width)
    }

    /// Every round of every document, as one object.
    func json(_ options: BenchOptions) -> JSONValue {
        BenchReport.head(options).appending(["documents": results.map(Self.json)])
    }

    private static func json(_ result: DocumentBench.Result) -> JSONValue {
        typealias Figure = DocumentBench.Round.Figure
        return [
            "workload": result.workload, "bytes": result.bytes,
            "medians": BenchReport.figures { (figure: Figure) in result.spread(figure)?.median },
            "rounds": result.rounds.map { round in
                let prepared: JSONValue = ["prepared": round.documents]
                return prepared.appending(BenchReport.figures { (figure: Figure) in round[figure] })
            },
        ]
    }
}
