import PorticoAccess
import PorticoCatalog

/// What decides which data a set of rules shows, without places: equivalent rules are equal.
struct RuleFacts: Hashable {
    struct TypeFacts: Hashable {
        var table: TableName
        /// With the column or relation behind each.
        var fields: [String: FieldFacts]
        var rows: RowFacts?
        var isolation: String
    }

    struct RowFacts: Hashable {
        var condition: NormalCondition
        var required: Set<ViewerValue>
        /// The rule in words, so that rules are equal only if they read the same.
        var words: String
    }

    /// The column, or the ends of the relation.
    enum FieldFacts: Hashable {
        case column(String)
        case relation(NormalCondition.Relation)
    }

    var reach: Reach
    var limits: RuleLimits
    var types: [String: TypeFacts]
    /// All types' paths to the tenant: rules follow relations to types that the role may not read.
    var isolations: [String: String]
    var isSignedIn: Bool

    init(_ set: CompiledPolicy, _ catalog: Catalog) {
        reach = set.reach
        limits = set.limits
        isSignedIn = set.role != Viewer.anonymousRole
        isolations = catalog.types.mapValues { $0.isolation.words }
        types = [:]
        let words = ConditionWords()
        for (name, rule) in set.types {
            guard let binding = catalog.types[name] else { continue }
            var fields: [String: FieldFacts] = [:]
            for field in rule.fields {
                switch binding.fields[field] {
                case .column(let column)?, .computed(let column)?: fields[field] = .column(column.column)
                case .relation(let relation)?: fields[field] = .relation(NormalCondition.Relation(relation))
                case nil: break
                }
            }
            let rows = rule.rows.map {
                RowFacts(
                    condition: NormalCondition($0.condition), required: Self.missable($0.required, isSignedIn),
                    words: words.text($0))
            }
            types[name] = TypeFacts(
                table: binding.table, fields: fields, rows: rows, isolation: binding.isolation.words)
        }
    }

    private init(reach: Reach, limits: RuleLimits, isolations: [String: String], isSignedIn: Bool) {
        (self.reach, self.limits, self.isolations, self.isSignedIn) = (reach, limits, isolations, isSignedIn)
        types = [:]
    }

    /// A role that may read nothing.
    static func none(like other: RuleFacts) -> RuleFacts {
        RuleFacts(reach: other.reach, limits: other.limits, isolations: other.isolations, isSignedIn: other.isSignedIn)
    }

    /// The values that a viewer may lack: not role and tenants, nor a signed-in viewer's id.
    private static func missable(_ values: Set<ViewerValue>, _ isSignedIn: Bool) -> Set<ViewerValue> {
        values.filter { value in
            switch value {
            case .role, .tenants: false
            case .id: !isSignedIn
            case .tenant, .claim: true
            }
        }
    }
}

extension Isolation {
    /// The path as `resolvers/TYPE.yaml` spells it.
    package var words: String {
        switch self {
        case .column(let column): column.field
        case .path(let relations, let column): (relations.map(\.field) + [column.field]).joined(separator: ".")
        case .none: "none"
        case .unstated: "not stated"
        }
    }
}
