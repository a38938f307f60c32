import JSONBytes
import PorticoAccess
import PorticoGateway
import PorticoProject
import PorticoReview
import PorticoTelemetry

/// The operations of a log.
struct RecordedOperations {
    /// Operations of one log that are run, the first ones. Guards against a log of a month.
    static let most = 10_000

    var operations: [RecordedOperation] = []
    /// Operations that were too long for the log, and those beyond ``most``.
    var leftOut = 0

    init(path: String) throws(CommandFailure) {
        for line in try FileSystem.bytes(of: path).split(separator: 0x0A) {
            switch RecordedOperation.Line(Array(line)) {
            case .operation(let operation)? where operations.count < Self.most: operations.append(operation)
            case .operation?, .tooLong?: leftOut += 1
            case nil: break
            }
        }
        if operations.isEmpty {
            throw .wrongUsage(
                "\(path) records no operation: a log does where config/gateway.yaml says `logging: { documents: true }`."
            )
        }
    }
}

/// Runs recorded operations under both versions of the rules, and compares the answers.
struct Replay {
    private let before: LocalGateway
    private let after: LocalGateway

    init(_ before: RuleVersion, _ after: RuleVersion, _ project: Project) throws(CommandFailure) {
        self.before = try LocalGateway(before.api, project)
        // The same row has the same cursor under both.
        self.after = try LocalGateway(after.api, project, cursors: self.before.cursors)
    }

    func run(_ log: RecordedOperations) throws(CommandFailure) -> ReplayReport {
        var report = ReplayReport(leftOut: log.leftOut)
        var viewers: [String?: (old: Answerer?, new: Answerer?)] = [:]
        var seen: Set<RecordedOperation> = []
        for operation in log.operations where seen.insert(operation).inserted {
            if viewers[operation.viewer] == nil {
                viewers[operation.viewer] = (answerer(operation.viewer, before), answerer(operation.viewer, after))
            }
            guard let (old, new) = viewers[operation.viewer] else { continue }
            guard old != nil || new != nil else {
                report.withoutViewer += 1
                continue
            }
            report.operations += 1
            let difference = AnswerDifference.first(try answer(operation, old), try answer(operation, new))
            if let difference {
                report.changes.append(
                    ReplayReport.Change(viewer: operation.viewer, name: operation.label, difference: difference))
            }
        }
        report.viewers = viewers.values.count { $0.old != nil || $0.new != nil }
        return report
    }

    private struct Answerer {
        var gateway: LocalGateway
        var viewer: Viewer
        var rules: CompiledPolicy
    }

    private func answerer(_ user: String?, _ gateway: LocalGateway) -> Answerer? {
        guard let (viewer, rules) = try? gateway.viewer(user) else { return nil }
        return Answerer(gateway: gateway, viewer: viewer, rules: rules)
    }

    /// Null for a viewer that is refused.
    private func answer(_ operation: RecordedOperation, _ answerer: Answerer?) throws(CommandFailure) -> JSONValue {
        guard let answerer else { return .null }
        let request = GraphQLRequest(
            query: Array(operation.document.utf8), operationName: operation.name, variables: operation.variables,
            isReadOnly: true)
        let response = try answerer.gateway.respond(to: request, as: answerer.viewer, answerer.rules)
        return (try? parseJSON(response.buffer.takeBytes())) ?? .null
    }
}

/// Whose answers change, and where.
struct ReplayReport {
    struct Change {
        var viewer: String?
        /// The operation's name, or the beginning of its text.
        var name: String
        var difference: AnswerDifference
    }

    /// Changes that are listed. Guards against a change that affects everything.
    static let mostShown = 50

    var leftOut = 0
    /// Distinct operations that were run.
    var operations = 0
    var viewers = 0
    var withoutViewer = 0
    var changes: [Change] = []

    func text(width: Int) -> String {
        var lines = [
            "Replayed \(operations) different operations of \(viewers == 1 ? "one viewer" : "\(viewers) viewers"): \(changes.isEmpty ? "no answer changes" : changes.count == 1 ? "1 answer changes" : "\(changes.count) answers change")."
        ]
        if withoutViewer > 0 { lines.append("Not replayed, because their users cannot sign in: \(withoutViewer).") }
        if leftOut > 0 { lines.append("Left out of the log or beyond \(RecordedOperations.most): \(leftOut).") }
        guard !changes.isEmpty else { return lines.joined(separator: "\n") }
        var table = TextTable(head: ["VIEWER", "OPERATION", "FIRST DIFFERENCE", "BEFORE", "AFTER"])
        for change in changes.prefix(Self.mostShown) {
            table.add([
                change.viewer ?? "–", change.name, change.difference.path, change.difference.old, change.difference.new,
            ])
        }
        lines.append("\n" + table.text(width: width))
        if changes.count > Self.mostShown { lines.append("… and \(changes.count - Self.mostShown) more.") }
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        let changes: [JSONValue] = changes.map { change in
            [
                "viewer": change.viewer, "operation": change.name, "path": change.difference.path,
                "before": change.difference.old, "after": change.difference.new,
            ]
        }
        return [
            "operations": operations, "viewers": viewers, "withoutViewer": withoutViewer, "leftOut": leftOut,
            "changes": changes,
        ]
    }
}

extension RecordedOperation {
    /// Its name, or the beginning of its text.
    fileprivate var label: String {
        if let name { return name }
        let words = document.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 40 ? words.prefix(39) + "…" : words
    }
}
