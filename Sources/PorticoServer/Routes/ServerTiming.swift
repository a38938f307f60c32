import HTTPWire
import PorticoGateway

/// The stages of a request as `Server-Timing` has them (W3C), for clients that ask by
/// `x-portico-timing: 1`.
///
/// Only viewers whom no tenant binds are told of stages: whether a document was parsed, validated
/// and planned for this request, or kept from an earlier one, says whether somebody else under the
/// same rules has sent it. All others are told the total, which they can measure themselves.
enum ServerTiming {
    static func isAskedFor(_ request: HTTPRequest) -> Bool {
        request.header("x-portico-timing")?.elementsEqual("1".utf8) == true
    }

    /// Such as `parse;dur=0.210, plan;desc="cached", database;dur=1.532, write;dur=0.020,
    /// total;dur=1.901`; durations in milliseconds. A stage that did not take place is left out, a
    /// plan that was kept from an earlier request says so.
    static func field(_ observation: RequestObservation, tellsStages: Bool) -> String {
        var metrics: [String] = []
        for stage in StageTimes.Stage.allCases where tellsStages {
            if let time = observation.stages[stage] {
                metrics.append("\(stage.rawValue);dur=\(milliseconds(time))")
            } else if stage == .plan, observation.planCacheHit {
                metrics.append("plan;desc=\"cached\"")
            }
        }
        metrics.append("total;dur=\(milliseconds(observation.stages.total))")
        return metrics.joined(separator: ", ")
    }

    /// With three decimals.
    private static func milliseconds(_ nanoseconds: Int) -> String {
        let thousandths = max(0, nanoseconds) / 1000
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}
