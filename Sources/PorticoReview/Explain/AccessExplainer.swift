import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

/// Explains operations to readers who may know the viewer's rules.
public struct AccessExplainer: Sendable {
    let catalog: Catalog
    let rules: CompiledPolicy
    let provenance: AccessProvenance
    let scope: TenantScope
    /// `nil` for any viewer of the role.
    let viewer: Viewer?

    public init(
        catalog: Catalog, rules: CompiledPolicy, provenance: AccessProvenance, scope: TenantScope, viewer: Viewer?
    ) {
        self.catalog = catalog
        self.rules = rules
        self.provenance = provenance
        self.scope = scope
        self.viewer = viewer
    }

    /// For one viewer.
    public init(catalog: Catalog, rules: CompiledPolicy, provenance: AccessProvenance, viewer: Viewer) {
        self.init(
            catalog: catalog, rules: rules, provenance: provenance, scope: TenantScope(viewer, reach: rules.reach),
            viewer: viewer)
    }

    /// The whole explanation of an operation that is valid against the full schema, including parts
    /// that the viewer does not see.
    ///
    /// - Parameter given: The variables. Notes missing ones that filters or orders use.
    public func explain(
        _ operation: ValidatedOperation, source: SourceText, variables given: [JSONMember]
    ) -> AccessExplanation {
        var explanation = explain(operation, source, given) { _ in true }
        explanation.refusals = RefusalCheck(rules: rules, catalog: catalog, scope: scope).refusals(
            of: operation, source: source, variables: given)
        return explanation
    }

    /// The explanation for the viewer itself, of an operation that is valid against its own schema;
    /// names nothing outside that schema.
    public func explainToItself(
        _ operation: ValidatedOperation, source: SourceText, variables given: [JSONMember]
    ) -> AccessExplanation {
        var explanation = explain(operation, source, given) { condition in
            condition.columns.allSatisfy { rules.types[$0.type]?.fields.contains($0.field) == true }
        }
        explanation.lostOrders = []
        return explanation
    }

    private func explain(
        _ operation: ValidatedOperation, _ source: SourceText, _ given: [JSONMember], shows: (TypedCondition) -> Bool
    ) -> AccessExplanation {
        let found = OperationUses(operation, variables: given, catalog: catalog)
        let positions = source.positions(at: found.uses.map { Int($0.range.start) })
        let uses = zip(found.uses, positions).map { use, position in
            let (isAllowed, reason, origin, grant) = verdict(use.subject)
            return AccessExplanation.Use(
                path: use.path, place: use.place.rawValue, position: position, isAllowed: isAllowed, reason: reason,
                origin: origin, grant: grant)
        }
        return AccessExplanation(
            uses: uses, rows: found.types.compactMap { rows(of: $0, shows: shows) },
            lostOrders: found.unorderedLists.flatMap(lostOrders), refusals: [],
            missingVariables: found.missingVariables, isCut: found.isCut)
    }

    // MARK: Fields

    private func verdict(
        _ subject: OperationUses.Subject
    ) -> (isAllowed: Bool, reason: String, origin: RuleOrigin?, grant: RuleOrigin?) {
        switch subject {
        case .constant: return (true, "everybody may read it", nil, nil)
        case .viewer(let type):
            if rules.role == Viewer.anonymousRole { return (false, "nobody has signed in", provenance.roleOrigin, nil) }
            return verdict(.type(type))
        case .anyNode:
            let key = catalog.nodeKeys.sorted { $0.key < $1.key }.lazy.compactMap { type, key in
                provenance.verdict(type: type, field: key.first.field)
            }.first(where: \.isAllowed)
            guard let key else { return (false, "the id of no type may be read", provenance.roleOrigin, nil) }
            return (true, "the id of some type may be read: \(key.words)", key.origin, key.grant)
        case .type(let type):
            guard let verdict = provenance.verdict(type: type) else { return (false, "\(type) has no table", nil, nil) }
            return (verdict.isReadable, verdict.words, verdict.origin, verdict.grant)
        case .field(let type, let field):
            guard let verdict = provenance.verdict(type: type, field: field) else {
                return (false, "\(type).\(field) has no column", nil, nil)
            }
            return (verdict.isAllowed, verdict.words, verdict.origin, verdict.grant)
        }
    }

    private func lostOrders(_ list: OperationUses.UnorderedList) -> [AccessExplanation.LostOrder] {
        guard let binding = catalog.types[list.type], provenance.verdict(type: list.type)?.isReadable == true else {
            return []
        }
        return binding.defaultOrder.compactMap { key in
            // The table's key breaks ties in any case.
            guard !binding.key.contains(key.column),
                let verdict = provenance.verdict(type: list.type, field: key.column.field), !verdict.isAllowed
            else { return nil }
            return AccessExplanation.LostOrder(
                path: list.path, key: "\(key.column.field) \(key.direction.rawValue)", reason: verdict.words,
                origin: verdict.origin)
        }
    }

    // MARK: Rows

    /// The rows of one type; `nil` for a type without a table.
    public func rows(of type: String) -> AccessExplanation.Rows? { rows(of: type) { _ in true } }

    private func rows(of type: String, shows: (TypedCondition) -> Bool) -> AccessExplanation.Rows? {
        guard let verdict = provenance.verdict(type: type), let binding = catalog.types[type] else { return nil }
        var rows = AccessExplanation.Rows(
            type: type, isReadable: verdict.isReadable, reason: verdict.words, origin: verdict.origin,
            grant: verdict.grant, conditions: [], parameters: [])
        guard verdict.isReadable,
            let conditions = try? Planner(catalog: catalog, rules: rules, scope: scope).conditions(of: type)
        else { return rows }
        let words = IsolationWords(scope: scope, provenance: provenance)
        func add(_ kind: AccessExplanation.RowCondition.Kind, _ words: String, _ sql: String?, _ origin: RuleOrigin?) {
            rows.conditions.append(AccessExplanation.RowCondition(kind: kind, words: words, sql: sql, origin: origin))
        }
        if !conditions.parts.contains(where: { $0.subject == .isolation }) {
            add(.isolation, words.text(binding), nil, words.origin(binding))
        }
        for part in conditions.parts {
            switch part.subject {
            case .isolation: add(.isolation, words.text(binding), part.sql, words.origin(binding))
            case .present(let value):
                if provides(value) { continue }
                let origin = rules.types[type]?.rows?.parts.first { $0.condition.names(value) }?.origin
                add(.rule, value.presence, part.sql, resolved(origin))
            case .rule(let condition, let origin):
                let isShown = shows(TypedCondition(type: type, condition: condition))
                add(
                    .rule, isShown ? ConditionWords().text(condition) : "a condition on what this schema does not have",
                    isShown ? part.sql : nil, resolved(origin))
            }
        }
        // If a condition is withheld, its constants are too.
        let isWhole = rows.conditions.allSatisfy { $0.kind == .isolation || $0.sql != nil }
        rows.parameters = isWhole ? conditions.parameters.map(\.words) : []
        return rows
    }

    /// Whether the viewer, or else any viewer of the role, certainly has the value.
    private func provides(_ value: ViewerValue) -> Bool {
        if let viewer { return viewer.has(value) }
        switch value {
        case .id: return rules.role != Viewer.anonymousRole
        case .tenant: return provenance.tenant != nil
        case .tenants, .role: return true
        case .claim: return false
        }
    }

    private func resolved(_ origin: RuleOrigin?) -> RuleOrigin? { origin?.resolved(tenant: provenance.tenant) }
}

/// A condition and the type of its row.
struct TypedCondition {
    var type: String
    var condition: PorticoCatalog.Condition<RuleOperand>

    /// Every field that it names, including relations, with its type.
    var columns: [(type: String, field: String)] {
        switch condition {
        case .all(let items), .any(let items): items.flatMap { TypedCondition(type: type, condition: $0).columns }
        case .not(let inner): TypedCondition(type: type, condition: inner).columns
        case .compare(let column, _, _): [(type, column.field)]
        case .toOne(let relation, let inner), .toMany(let relation, _, let inner):
            [(type, relation.field)] + TypedCondition(type: relation.target, condition: inner).columns
        }
    }
}

/// Isolation in words.
struct IsolationWords {
    let scope: TenantScope
    let provenance: AccessProvenance

    func text(_ binding: TypeBinding) -> String {
        let whose = scope == .one ? "the viewer's tenant" : "one of the viewer's tenants"
        switch binding.isolation {
        case _ where scope == .all: return "rows of every tenant: the role is `crossTenant`"
        case .none: return "its rows belong to no tenant: `isolation: none`"
        case .unstated: return "no row: \(binding.name) states no isolation"
        case .column(let column): return "\(column.field) is \(whose)"
        case .path(let relations, let column):
            return "\((relations.map(\.field) + [column.field]).joined(separator: ".")) is \(whose)"
        }
    }

    func origin(_ binding: TypeBinding) -> RuleOrigin? {
        if scope == .all { return provenance.roleOrigin }
        return binding.isolationPlace.map { RuleOrigin(file: binding.file, line: $0.line, column: $0.column) }
    }
}

extension ParameterSource {
    /// The source of a condition parameter's value.
    var words: String {
        switch self {
        case .constant(.null), .rule(.null): "null"
        case .constant(.text(let bytes)), .rule(.text(let bytes)): "\"\(String(decoding: bytes, as: UTF8.self))\""
        case .constant(.binary(let bytes)), .rule(.binary(let bytes)): "\(bytes.count) bytes"
        case .viewer(let value, _): "the viewer's \(value.words)"
        case .tenant: "the viewer's tenant"
        case .tenants: "the viewer's tenants"
        case .now: "the time of the request"
        case .variable, .elements, .keys, .rowsLeft, .first, .offset, .rows, .cursor, .nodeKey: "a value of the request"
        }
    }
}

extension Viewer {
    func has(_ value: ViewerValue) -> Bool {
        switch value {
        case .id: id != nil
        case .tenant: tenant != nil
        case .tenants, .role: true
        case .claim(let name): claims[name] != nil
        }
    }
}

extension PorticoCatalog.Condition<RuleOperand> {
    /// Whether it contains the viewer's value.
    fileprivate func names(_ value: ViewerValue) -> Bool {
        switch self {
        case .all(let items), .any(let items): items.contains { $0.names(value) }
        case .not(let inner), .toOne(_, let inner), .toMany(_, _, let inner): inner.names(value)
        case .compare(_, _, let operand): operand == .viewer(value)
        }
    }
}
