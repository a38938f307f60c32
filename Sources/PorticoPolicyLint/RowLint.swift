import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoReview

/// Examines one `rows:` of a file: unsatisfiable and redundant conditions and branches.
struct RowLint {
    /// What else holds for the rows, with its name.
    struct Known {
        var condition: NormalCondition
        /// Such as `the isolation`, or the line of the role's rule.
        var name: String
    }

    let catalog: Catalog
    let source: SourceText
    private(set) var findings: [LintFinding] = []

    mutating func examine(_ rows: LocatedCondition, of type: TypeBinding, known: [Known]) {
        let before = findings.count
        findContradiction(rows.conjuncts, of: type, known)
        // A contradiction implies everything.
        guard findings.count == before else { return }
        findRedundant(rows.conjuncts, known)
        for part in rows.conjuncts {
            descend(
                part, of: type,
                within: rows.conjuncts.filter { $0.range != part.range }.map(\.normal) + known.map(\.condition))
        }
    }

    private mutating func report(_ name: LintName, _ message: String, at range: SourceRange, hint: String) {
        findings.append(LintFinding(name, message, file: source.name, range: range, hint: hint))
    }

    private func place(_ range: SourceRange) -> String {
        let position = source.position(at: Int(range.start))
        return "line \(position.line), column \(position.column)"
    }

    // MARK: Contradictions

    private mutating func findContradiction(_ parts: [LocatedCondition], of type: TypeBinding, _ known: [Known]) {
        func areNever(_ conditions: [NormalCondition]) -> Bool {
            ConditionLogic.contradict(conditions, of: type, catalog)
        }
        let words = ConditionWords()
        for (index, part) in parts.enumerated() {
            let text = words.text(part.condition)
            let what: String? =
                if areNever([part.normal]) {
                    ": \(text)"
                } else if let other = parts[..<index].first(where: { areNever([$0.normal, part.normal]) }) {
                    " together with \(place(other.range)): \(words.text(other.condition)), and \(text)"
                } else if let other = known.first(where: { areNever([$0.condition, part.normal]) }) {
                    " together with \(other.name): \(text)"
                } else if areNever(known.map(\.condition) + parts[...index].map(\.normal)) {
                    " together with the conditions beside it: \(text)"
                } else { nil }
            guard let what else { continue }
            let hint =
                "No row can fulfil it, so that nothing of \(type.name) is left. Take one of them away; to deny the type as a whole, leave it out of the role."
            return report(.contradiction, "This can never be\(what).", at: part.range, hint: hint)
        }
    }

    // MARK: Redundancy

    private mutating func findRedundant(_ parts: [LocatedCondition], _ known: [Known]) {
        var dropped: Set<Int> = []
        let words = ConditionWords()
        for (index, part) in parts.enumerated() {
            let text = words.text(part.condition), message: String
            var hint = "Take it away."
            if ConditionLogic.implies(.all([]), part.normal) {
                message = "This is true of every row: \(text)."
                hint = "Take it away; a rule without `rows` has every row within reach."
            } else if let other = known.first(where: { ConditionLogic.implies($0.condition, part.normal) }) {
                message = "\(other.name.capitalizedFirst) says this already: \(text)."
            } else if let other = parts.indices.first(where: {
                $0 != index && !dropped.contains($0) && follows(parts, index, from: $0)
            }) {
                let stronger = words.text(parts[other].condition)
                message = "This follows from \(place(parts[other].range)): \(text), where \(stronger)."
            } else {
                continue
            }
            dropped.insert(index)
            report(.redundant, message, at: part.range, hint: hint)
        }
    }

    /// Of two equivalent parts the first stays.
    private func follows(_ parts: [LocatedCondition], _ index: Int, from other: Int) -> Bool {
        guard ConditionLogic.implies(parts[other].normal, parts[index].normal) else { return false }
        return other < index || !ConditionLogic.implies(parts[index].normal, parts[other].normal)
    }

    // MARK: Parts

    private mutating func descend(_ part: LocatedCondition, of type: TypeBinding, within others: [NormalCondition]) {
        switch part {
        case .compare: return
        case .all(let items, _): for item in items { descend(item, of: type, within: others) }
        case .not(let inner, _): descend(inner, of: type, within: [])
        case .any(let items, _):
            findSwallowed(items)
            for item in items {
                let dead = ConditionLogic.contradict(others + [item.normal], of: type, catalog)
                if dead {
                    let hint = "No row can fulfil this branch of the `or`: take it away, or mend it."
                    report(
                        .contradiction, "This branch can never be: \(ConditionWords().text(item.condition)).",
                        at: item.range, hint: hint)
                } else {
                    findRedundant(item.conjuncts, [])
                    for conjunct in item.conjuncts { descend(conjunct, of: type, within: others) }
                }
            }
        case .relation(let relation, _, let inner, _):
            guard let target = catalog.types[relation.target] else { return }
            if ConditionLogic.contradict([inner.normal], of: target, catalog) {
                return report(
                    .contradiction,
                    "No row of \(relation.field) can fulfil this: \(ConditionWords().text(inner.condition)).",
                    at: inner.range, hint: "Mend it, or take it away.")
            }
            if case .all(let items, _) = inner, items.isEmpty { return }  // that there is a row says something
            findRedundant(inner.conjuncts, [])
            for conjunct in inner.conjuncts { descend(conjunct, of: target, within: []) }
        }
    }

    private mutating func findSwallowed(_ branches: [LocatedCondition]) {
        for (index, branch) in branches.enumerated() {
            let wider = branches.indices.first { other in
                other != index && ConditionLogic.implies(branch.normal, branches[other].normal)
                    && (other < index || !ConditionLogic.implies(branches[other].normal, branch.normal))
            }
            guard let wider else { continue }
            let text = ConditionWords().text(branch.condition), other = ConditionWords().text(branches[wider].condition)
            report(
                .swallowed,
                "This branch shows no row that \(place(branches[wider].range)) does not show: \(text), beside \(other).",
                at: branch.range, hint: "Take it away, or mend the wider one if it shows too much.")
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension Isolation {
    /// What isolation guarantees for rows of a viewer with one or several tenants; may be `nil`.
    func condition(reach: Reach) -> NormalCondition? {
        if reach == .crossTenant { return nil }
        func test(_ column: ColumnBinding) -> NormalCondition {
            let column = NormalCondition.Column(column)
            let among = NormalCondition.compare(column, .in, .viewer(.tenants), isNegated: false)
            return reach == .tenant ? .all([among, .compare(column, .eq, .viewer(.tenant), isNegated: false)]) : among
        }
        switch self {
        case .none, .unstated: return nil
        case .column(let column): return test(column)
        case .path(let relations, let column):
            return relations.reversed().reduce(test(column)) {
                .exists(NormalCondition.Relation($1), $0, isNegated: false)
            }
        }
    }
}
