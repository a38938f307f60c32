import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// The conditions on a row of one type in any answer, one by one, for display only.
public struct TypeConditions: Sendable {
    public enum Subject: Sendable, Hashable {
        /// Its tenant is one that the viewer reaches.
        case isolation
        /// The viewer has a value that rules name.
        case present(ViewerValue)
        /// A part of a rule, and the rule's place.
        case rule(Condition<RuleOperand>, RuleOrigin?)
    }

    public struct Part: Sendable {
        public var subject: Subject
        /// The SQL as in a statement that reads rows of the type as `t0`.
        public var sql: String
    }

    /// In the order of the statement; all of them must hold.
    public let parts: [Part]
    /// The sources of `$1`, `$2` … in the parts.
    public let parameters: [ParameterSource]
}

extension Planner {
    /// The conditions of a type under these rules; none if every row may be read. Throws if the
    /// type has no table, or its rule follows too many relations.
    public func conditions(of type: String) throws(ClientError) -> TypeConditions {
        let binding = try access.binding(type)
        var draft = StatementDraft()
        let row = RowReference(alias: draft.tableAlias())
        let parts = try access.parts(binding, row: row, &draft).map {
            TypeConditions.Part(subject: $0.subject, sql: SQLPrinter.print($0.condition))
        }
        return TypeConditions(parts: parts, parameters: draft.parameters)
    }
}

extension RowAccess {
    /// As ``conditions(_:row:indexable:draft:)``, but each rule's parts with their own place.
    func parts(
        _ binding: TypeBinding, row: RowReference, _ draft: inout StatementDraft
    ) throws(ClientError) -> [(subject: TypeConditions.Subject, condition: Expression)] {
        var parts: [(subject: TypeConditions.Subject, condition: Expression)] = []
        if let (condition, _) = try isolation(binding, row: row, indexable: true, draft: &draft) {
            parts.append((.isolation, condition))
        }
        guard let rule = rules.types[binding.name]?.rows else { return parts }
        for value in rule.required.sorted() { parts.append((.present(value), present(value, &draft))) }
        for (condition, origin) in rule.parts {
            for conjunct in condition.conjuncts {
                parts.append(
                    (
                        .rule(conjunct, origin),
                        try self.condition(conjunct.map(PlanOperand.init), row: row, .rule, draft: &draft)
                    ))
            }
        }
        return parts
    }

    func present(_ value: ViewerValue, _ draft: inout StatementDraft) -> Expression {
        let parameter = draft.parameter(.viewer(value, ValueForm(.text, isList: value == .tenants)))
        return .isNotNull(.cast(parameter, value == .tenants ? "text[]" : "text"))
    }
}
