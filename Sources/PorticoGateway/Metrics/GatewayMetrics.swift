public import CoreMetrics
import GraphQLLanguage

/// The metrics of one worker's requests, by swift-metrics. Metrics that every request updates use
/// handles resolved in advance; plain sums are in ``GatewayStatistics``, without atomics.
public final class GatewayMetrics {
    private let factory: any MetricsFactory
    private let names: OperationNames
    /// By name label and kind; bounded like the names.
    private var operations: [String: OperationMetrics] = [:]
    /// For requests whose document did not become an operation.
    let unknown: OperationMetrics
    private let parse: Timer, validate: Timer, plan: Timer, database: Timer, write: Timer

    /// - Parameter names: Shared by all workers whose numbers are summed.
    public init(factory: any MetricsFactory, names: OperationNames = OperationNames()) {
        self.factory = factory
        self.names = names
        unknown = OperationMetrics(factory: factory, operation: "", kind: "")
        func timer(_ stage: StageTimes.Stage) -> Timer {
            Timer(label: MetricName.stageDuration.rawValue, dimensions: [("stage", stage.rawValue)], factory: factory)
        }
        (parse, validate, plan, database, write) = (
            timer(.parse), timer(.validate), timer(.plan), timer(.database), timer(.write)
        )
    }

    /// The handles of an operation; called when it enters the cache.
    func operation(_ name: String?, _ kind: OperationKind) -> OperationMetrics {
        let label = names.label(name), key = "\(kind.rawValue) \(label)"
        if let known = operations[key] { return known }
        let made = OperationMetrics(factory: factory, operation: label, kind: kind.rawValue)
        operations[key] = made
        return made
    }

    func count(_ stages: StageTimes) {
        if let time = stages.database { database.recordNanoseconds(Int64(time)) }
        if let time = stages.write { write.recordNanoseconds(Int64(time)) }
        if let time = stages.parse { parse.recordNanoseconds(Int64(time)) }
        if let time = stages.validate { validate.recordNanoseconds(Int64(time)) }
        if let time = stages.plan { plan.recordNanoseconds(Int64(time)) }
    }
}
