import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// Whether one row is visible to a viewer, and which conditions decide it.
public struct RowWitness: Sendable {
    /// The result of one condition, or of a step of it.
    public struct Finding: Sendable {
        public var kind: String
        public var words: String
        /// `nil` if a null decides it, which counts as false.
        public var holds: Bool?
        public var origin: RuleOrigin?
        /// The row's value, if the condition compares a column of it.
        public var value: String?
        public var steps: [Finding]
    }

    public var type: String
    public var id: String
    /// Why no row of the type may be read; `nil` if rows may.
    public var obstacle: (words: String, origin: RuleOrigin?)?
    /// `nil` if the row does not exist.
    public var findings: [Finding]?

    public var exists: Bool { findings != nil }
    public var isVisible: Bool { obstacle == nil && findings?.allSatisfy { $0.holds == true } == true }
}

extension AccessExplainer {
    /// The statement whose result ``witness(_:id:probe:cells:)`` takes. Throws if the type has no
    /// table, or its key cannot have that value.
    public func probe(_ type: String, id: String) throws(ClientError) -> RowProbe {
        try Planner(catalog: catalog, rules: rules, scope: scope).probe(type, id: id)
    }

    /// - Parameter cells: The one row of the probe's result, as text; `nil` if it had none.
    public func witness(_ type: String, id: String, probe: RowProbe, cells: [String?]?) -> RowWitness {
        let verdict = provenance.verdict(type: type)
        let obstacle: (words: String, origin: RuleOrigin?)? =
            if let verdict, !verdict.isReadable { (verdict.words, verdict.origin) } else { nil }
        let findings = cells.map { cells in
            probe.checks.compactMap { check -> RowWitness.Finding? in
                let finding = finding(check, type, cells)
                // That the viewer has a value is reported only if it does not.
                if case .present = check.subject, finding.holds == true { return nil }
                return finding
            }
        }
        return RowWitness(type: type, id: id, obstacle: obstacle, findings: findings)
    }

    private func finding(_ check: RowProbe.Check, _ type: String, _ cells: [String?]) -> RowWitness.Finding {
        let isIsolation = if case .isolation = check.subject { true } else { false }
        return RowWitness.Finding(
            kind: isIsolation ? "isolation" : "rule", words: words(check.subject, type),
            holds: cells[check.column].map { $0 == "true" }, origin: check.origin?.resolved(tenant: provenance.tenant),
            value: check.value.map { shown(cells[$0.column], $0.field.type) },
            steps: check.steps.map { finding($0, type, cells) })
    }

    private func words(_ subject: RowProbe.Subject, _ type: String) -> String {
        switch subject {
        case .isolation:
            catalog.types[type].map { IsolationWords(scope: scope, provenance: provenance).text($0) } ?? "isolation"
        case .present(let value): value.presence
        case .condition(let condition): ConditionWords().text(condition)
        case .linked(let relation):
            relation.cardinality == .one ? "there is a \(relation.field)" : "there are \(relation.field)"
        case .reached(let relation):
            relation.cardinality == .one
                ? "the \(relation.field) is within reach" : "some of the \(relation.field) are within reach"
        }
    }

    /// A value as clients write it.
    private func shown(_ text: String?, _ type: ColumnType) -> String {
        guard let text else { return "null" }
        switch type {
        case .enum(let binding): return binding.values.first { $0.label == text }?.value ?? text
        case .bool, .int2, .int4, .int8, .float4, .float8, .numeric: return text
        case .text, .varchar, .bpchar, .citext, .uuid, .timestamptz, .timestamp, .date, .json, .jsonb, .array:
            return "\"\(text.count > Self.shownCharacters ? text.prefix(Self.shownCharacters) + "…" : text)\""
        }
    }

    /// Characters of a value. Guards against a line of a whole document.
    private static let shownCharacters = 60
}

extension RowWitness {
    /// Text for a terminal, ending in a line break, with the given name for the viewer.
    public func text(_ viewer: String) -> String {
        guard let findings else { return "row     \(type):\(id) does not exist\n" }
        var text = "row     \(type):\(id) is \(isVisible ? "visible" : "invisible") to \(viewer)"
        if let obstacle {
            text += ": \(obstacle.words)\(Self.place(obstacle.origin))\n"
        } else if let failed = findings.first(where: { $0.holds != true }) {
            text += ", because this fails: \(failed.words)\(Self.place(failed.origin))\n"
        } else {
            text += findings.isEmpty ? ": every row is\n" : ": every condition holds\n"
        }
        for finding in findings { text += Self.text(finding, indent: 2) }
        return text
    }

    private static func place(_ origin: RuleOrigin?) -> String { origin.map { " (\($0))" } ?? "" }

    /// Steps are shown only below a failing condition. Recurses as deep as a rule is nested.
    private static func text(_ finding: Finding, indent: Int, isStep: Bool = false) -> String {
        let state = finding.holds == true ? "holds" : finding.holds == false ? "fails" : "null "
        let kind = isStep ? "" : "  " + finding.kind.padded(to: 9)
        let value = finding.value.map { "; it is \($0)" } ?? ""
        let origin = finding.origin.map { "  \($0)" } ?? ""
        let line = String(repeating: " ", count: indent) + "\(state)\(kind)  \(finding.words)\(value)\(origin)\n"
        if finding.holds == true { return line }
        return line + finding.steps.map { text($0, indent: indent + (isStep ? 2 : 18), isStep: true) }.joined()
    }

    public var json: JSONValue {
        var json: JSONValue = ["type": type, "id": id, "exists": exists, "visible": isVisible]
        if let obstacle { json["obstacle"] = ["reason": obstacle.words, "origin": obstacle.origin] }
        json["conditions"] = (findings ?? []).map(Self.json).jsonValue
        return json
    }

    private static func json(_ finding: Finding) -> JSONValue {
        [
            "kind": finding.kind, "words": finding.words, "holds": finding.holds, "value": finding.value,
            "origin": finding.origin, "steps": finding.steps.map(json),
        ]
    }
}
