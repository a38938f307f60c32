import JSONBytes
import PorticoReview
import PorticoServer

/// What a person, or another program, reads of what documents cost.
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
        .object([
            JSONMember(key: "version", value: .string(ServerVersion.text)),
            JSONMember(key: "seconds", value: .number(BenchReport.fixed(options.seconds, 3))),
            JSONMember(key: "warmup", value: .number(BenchReport.fixed(options.warmup, 3))),
            JSONMember(key: "documents", value: .array(results.map(Self.json))),
        ])
    }

    private static func json(_ result: DocumentBench.Result) -> JSONValue {
        .object([
            JSONMember(key: "workload", value: .string(result.workload)),
            JSONMember(key: "bytes", value: .number("\(result.bytes)")),
            JSONMember(key: "medians", value: .object(figures { result.spread($0)?.median })),
            JSONMember(
                key: "rounds",
                value: .array(
                    result.rounds.map { round in
                        .object(
                            [JSONMember(key: "prepared", value: .number("\(round.documents)"))] + figures { round[$0] })
                    })),
        ])
    }

    private static func figures(_ value: (DocumentBench.Round.Figure) -> Double?) -> [JSONMember] {
        DocumentBench.Round.Figure.allCases.map { figure in
            JSONMember(key: figure.rawValue, value: value(figure).map { .number(BenchReport.fixed($0, 4)) } ?? .null)
        }
    }
}
