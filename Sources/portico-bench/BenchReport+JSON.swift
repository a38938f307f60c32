import JSONBytes
import PorticoTelemetry

extension BenchReport {
    /// All measurements, round by round, as one object.
    func json(_ options: BenchOptions) -> JSONValue {
        Self.head(options).appending(["results": results.map(Self.json)])
    }

    /// The conditions of the measurement.
    static func head(_ options: BenchOptions) -> JSONValue {
        [
            "version": ServerVersion.text, "seconds": number(options.seconds, places: 3),
            "warmup": number(options.warmup, places: 3),
        ]
    }

    private static func json(_ result: BenchResult) -> JSONValue {
        var json: JSONValue = [
            "workload": result.workload, "inFlight": result.inFlight, "gateways": result.sides.map(Self.json),
        ]
        if result.sides.count == 2 {
            var ratios: JSONValue = [:]
            for figure in BenchMeasurement.Figure.allCases {
                guard let ratio = result.ratio(figure) else { continue }
                ratios[figure.rawValue] = [
                    "medians": number(ratio.median, places: 4), "least": number(ratio.least, places: 4),
                    "most": number(ratio.most, places: 4),
                ]
            }
            json["ratios"] = ratios
        }
        return json
    }

    private static func json(_ side: BenchResult.Side) -> JSONValue {
        ["name": side.name, "medians": figures(side.median), "rounds": side.rounds.map(json)]
    }

    private static func json(_ round: BenchMeasurement) -> JSONValue {
        let counts: JSONValue = ["answered": round.answered, "errors": round.errors, "firstError": round.firstError]
        return counts.appending(figures { (figure: BenchMeasurement.Figure) in round[figure] })
    }

    /// `null` for unknown values, so that all objects have the same members.
    static func figures<Figure: CaseIterable & RawRepresentable<String>>(_ value: (Figure) -> Double?) -> JSONValue {
        .object(
            Figure.allCases.map { figure in
                JSONMember(key: figure.rawValue, value: value(figure).map { number($0, places: 4) } ?? .null)
            })
    }

    private static func number(_ value: Double, places: Int) -> JSONValue { .number(fixed(value, places)) }
}
