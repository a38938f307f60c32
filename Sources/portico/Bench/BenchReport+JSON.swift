import JSONBytes
import PorticoServer

extension BenchReport {
    /// Everything that was measured, round by round, as one object for other programs.
    func json(_ options: BenchOptions) -> JSONValue {
        .object([
            JSONMember(key: "version", value: .string(ServerVersion.text)),
            JSONMember(key: "seconds", value: Self.number(options.seconds, places: 3)),
            JSONMember(key: "warmup", value: Self.number(options.warmup, places: 3)),
            JSONMember(key: "results", value: .array(results.map(Self.json))),
        ])
    }

    private static func json(_ result: BenchResult) -> JSONValue {
        var members = [
            JSONMember(key: "workload", value: .string(result.workload)),
            JSONMember(key: "inFlight", value: .number("\(result.inFlight)")),
            JSONMember(key: "gateways", value: .array(result.sides.map(json))),
        ]
        if result.sides.count == 2 {
            let ratios = BenchMeasurement.Figure.allCases.compactMap { figure in
                result.ratio(figure).map { ratio in
                    JSONMember(
                        key: figure.rawValue,
                        value: .object([
                            JSONMember(key: "medians", value: number(ratio.median, places: 4)),
                            JSONMember(key: "least", value: number(ratio.least, places: 4)),
                            JSONMember(key: "most", value: number(ratio.most, places: 4)),
                        ]))
                }
            }
            members.append(JSONMember(key: "ratios", value: .object(ratios)))
        }
        return .object(members)
    }

    private static func json(_ side: BenchResult.Side) -> JSONValue {
        .object([
            JSONMember(key: "name", value: .string(side.name)),
            JSONMember(key: "medians", value: figures { side.median($0) }),
            JSONMember(key: "rounds", value: .array(side.rounds.map(json))),
        ])
    }

    private static func json(_ round: BenchMeasurement) -> JSONValue {
        var members = [
            JSONMember(key: "answered", value: .number("\(round.answered)")),
            JSONMember(key: "errors", value: .number("\(round.errors)")),
            JSONMember(key: "firstError", value: round.firstError.map { .string($0) } ?? .null),
        ]
        if case .object(let figures) = figures({ round[$0] }) { members += figures }
        return .object(members)
    }

    /// `null` for what is not known, so that every object has the same members.
    private static func figures(_ value: (BenchMeasurement.Figure) -> Double?) -> JSONValue {
        .object(
            BenchMeasurement.Figure.allCases.map { figure in
                JSONMember(key: figure.rawValue, value: value(figure).map { number($0, places: 4) } ?? .null)
            })
    }

    private static func number(_ value: Double, places: Int) -> JSONValue { .number(fixed(value, places)) }
}
