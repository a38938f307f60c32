import HTTPWire
import PorticoGateway

/// A request's stages as a `Server-Timing` field (W3C), requested by `x-portico-timing: 1`.
///
/// Only viewers that are not bound to a tenant see stages: whether a document was parsed, validated
/// and planned for this request, or cached, reveals whether another client with the same rules has
/// sent it. Others see only the total, which they can measure themselves.
enum ServerTiming {
    static func isAskedFor(_ request: HTTPRequest) -> Bool {
        request.header("x-portico-timing")?.elementsEqual("1".utf8) == true
    }

    /// Such as `parse;dur=0.210, plan;desc="cached", database;dur=1.532, write;dur=0.020,
    /// total;dur=1.901`; durations in milliseconds. Skipped stages are omitted; a cached plan is
    /// marked.
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
