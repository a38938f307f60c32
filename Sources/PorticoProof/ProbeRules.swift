import PorticoAccess
import PorticoCatalog

/// Synthetic rules: all is readable, with row conditions that follow each relation in every way.
///
/// All conditions that a role's or a tenant's file may add are composed of these parts.
struct ProbeRules {
    let catalog: Catalog

    var ruleSet: CompiledPolicy {
        let origin = RuleOrigin(file: "", line: 1, column: 1)
        var types: [String: TypeRule] = [:]
        for (name, binding) in catalog.types where binding.isolation != .unstated {
            let rows = RowRule(condition: .all(conditions(binding)), required: [.id, .tenants], origins: [])
            types[name] = TypeRule(fields: Set(binding.fields.keys), rows: rows, origin: origin)
        }
        return CompiledPolicy(
            fingerprint: 0, role: "", reach: .subtree, catalog: catalog, schema: catalog.schema, types: types,
            limits: .unbounded)
    }

    /// Each to-one relation by itself, which a batch may test on its key alone; every relation with
    /// every quantifier under `or`; and under `not`, every relation behind one relation.
    private func conditions(_ type: TypeBinding) -> [Condition<RuleOperand>] {
        let relations = relations(type)
        let alone = relations.filter { $0.cardinality == .one }.map { Condition<RuleOperand>.toOne($0, .all([])) }
        let each = relations.flatMap { followed($0, .all([])) }
        let behind = relations.first.map { first in
            followed(
                first,
                .any(catalog.types[first.target].map { self.relations($0).flatMap { followed($0, .all([])) } } ?? []))
        }
        return alone + [.any(each)] + (behind.map { [.not(.all($0))] } ?? [])
    }

    private func followed(_ relation: RelationBinding, _ inner: Condition<RuleOperand>) -> [Condition<RuleOperand>] {
        switch relation.cardinality {
        case .one: [.toOne(relation, inner)]
        case .many: Quantifier.allCases.map { .toMany(relation, $0, inner) }
        }
    }

    private func relations(_ type: TypeBinding) -> [RelationBinding] {
        type.fields.values.compactMap { field -> RelationBinding? in
            guard case .relation(let relation) = field,
                catalog.types[relation.target].map({ $0.isolation != .unstated }) == true
            else { return nil }
            return relation
        }.sorted { $0.field < $1.field }
    }
}

extension RuleLimits {
    /// Limits refuse operations and change none: what is proven without them holds under any.
    static let unbounded: RuleLimits = {
        var limits = RuleLimits()
        for limit in [RequestLimit.loads, .relations, .filterConditions, .operands, .first, .offset] {
            limits[limit] = 1_000_000
        }
        for limit in [RequestLimit.filterDepth, .depth, .nesting] { limits[limit] = 400 }
        return limits
    }()
}

extension CompiledPolicy {
    /// The same rules without limits.
    var unbounded: CompiledPolicy {
        CompiledPolicy(
            fingerprint: fingerprint, role: role, reach: reach, catalog: catalog, schema: schema, types: types,
            limits: .unbounded)
    }
}
