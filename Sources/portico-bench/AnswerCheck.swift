import JSONBytes
import PorticoProject
import PorticoReview

/// Before measuring: verifies that every workload is answered without errors, and identically by
/// two gateways. A gateway with other results is not faster.
struct AnswerCheck {
    let targets: [any BenchTarget]

    func run(_ workloads: [BenchWorkload]) throws(CommandFailure) {
        for workload in workloads {
            for turn in 0..<min(workload.turns, BenchLimits.checkedAnswers) { try check(workload, turn) }
        }
    }

    private func check(_ workload: BenchWorkload, _ turn: Int) throws(CommandFailure) {
        var first: (body: [UInt8], value: JSONValue)?
        for target in targets {
            let answer = try target.ask(workload, turn: turn)
            if let problem = answer.problem {
                throw refusal(workload, turn, "\(target.name) does not answer it: \(problem)")
            }
            if let first, first.body == answer.body { continue }
            let value: JSONValue
            do throws(JSONError) {
                value = try answer.value()
            } catch {
                throw refusal(workload, turn, "the answer of \(target.name) is not JSON: \(error)")
            }
            guard value["data"] != nil else {
                throw refusal(workload, turn, "the answer of \(target.name) has no data")
            }
            if let first, let difference = AnswerDifference.first(first.value, value) {
                throw refusal(
                    workload, turn,
                    "the answers differ at \(difference.path): \(targets[0].name) has \(difference.old), \(target.name) has \(difference.new)"
                )
            }
            first = first ?? (answer.body, value)
        }
    }

    private func refusal(_ workload: BenchWorkload, _ turn: Int, _ text: String) -> CommandFailure {
        let bytes = JSONValue.object(workload.variables(ofTurn: turn)).bytes
        let variables = String(decoding: bytes.prefix(BenchLimits.shownCharacters), as: UTF8.self)
        let user = workload.user(ofTurn: turn).map { " as \($0)" } ?? ""
        return .notInOrder("nothing was measured. The workload \(workload.name) with \(variables)\(user): \(text).")
    }
}
