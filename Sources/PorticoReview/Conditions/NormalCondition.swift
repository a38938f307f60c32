import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// A rule's condition in terms of the database, with `not` pushed inwards: the form in which two
/// conditions, possibly of different schemas, are compared.
///
/// It is true for exactly the rows for which the condition is true. False and null are not
/// distinguished: only a true condition shows a row.
package indirect enum NormalCondition: Hashable {
    case all([NormalCondition])
    case any([NormalCondition])
    /// The column's value is, or is not, among these; null is neither.
    case among(Column, Set<InputValue>, isNegated: Bool)
    case isNull(Column, Bool)
    /// Any other comparison; `isNegated` if it is false, which differs from not true.
    case compare(Column, Comparison, RuleOperand, isNegated: Bool)
    /// There is a row behind the relation, or there is none, for which the condition is true.
    case exists(Relation, NormalCondition, isNegated: Bool)
    /// The condition is true for every row behind the relation, or not.
    case every(Relation, NormalCondition, isNegated: Bool)

    package struct Column: Hashable {
        package var name: String
        /// Whether different spellings are different values in the database.
        package var isDiscrete: Bool
        package var isBoolean: Bool

        package init(_ column: ColumnBinding) {
            name = column.column
            isBoolean = column.type == .bool
            isDiscrete =
                switch column.type {
                case .text, .varchar: column.equalsByBytes
                case .int2, .int4, .int8, .bool, .enum: true
                case .bpchar, .citext, .uuid, .float4, .float8, .numeric, .timestamptz, .timestamp, .date, .json,
                    .jsonb, .array:
                    false
                }
        }
    }

    package struct Relation: Hashable {
        package var target: String
        package var locals: [String]
        package var remotes: [String]

        package init(_ relation: RelationBinding) {
            target = relation.target
            locals = relation.locals.map(\.column)
            remotes = relation.remotes.map(\.column)
        }
    }

    /// It recurses as deep as the rule is nested, which the reader of rules bounds.
    package init(_ condition: Condition<RuleOperand>, isNegated: Bool = false) {
        switch condition {
        case .all(let items), .any(let items):
            let inner = items.map { NormalCondition($0, isNegated: isNegated) }
            let isAll = if case .all = condition { !isNegated } else { isNegated }
            self = inner.count == 1 ? inner[0] : isAll ? .all(inner) : .any(inner)
        case .not(let inner): self.init(inner, isNegated: !isNegated)
        case .compare(let column, let comparison, let operand):
            self.init(Column(column), comparison, operand, isNegated)
        case .toOne(let relation, let inner):
            // Neither is true without a row, unless only the row's existence is required.
            if isNegated, let negation = condition.negation {
                self.init(negation)
            } else {
                self = .exists(Relation(relation), NormalCondition(inner), isNegated: isNegated)
            }
        case .toMany(let relation, let quantifier, let inner):
            self =
                switch quantifier {
                case .some: .exists(Relation(relation), NormalCondition(inner), isNegated: isNegated)
                case .none: .exists(Relation(relation), NormalCondition(inner), isNegated: !isNegated)
                case .every: .every(Relation(relation), NormalCondition(inner), isNegated: isNegated)
                }
        }
    }

    private init(_ column: Column, _ comparison: Comparison, _ operand: RuleOperand, _ isNegated: Bool) {
        switch (comparison, operand) {
        case (.notDistinctFrom, _): self.init(distinctFrom: operand, column, isNegated: !isNegated)
        case (.distinctFrom, _): self.init(distinctFrom: operand, column, isNegated: isNegated)
        case (.isNull, .literal(.boolean(let flag))): self = .isNull(column, flag != isNegated)
        case (.eq, .literal(let value)), (.ne, .literal(let value)):
            let isNegated = (comparison == .ne) != isNegated
            if column.isBoolean, case .boolean(let flag) = value {
                self = .among(column, [.boolean(flag != isNegated)], isNegated: false)
            } else {
                self = .among(column, [value], isNegated: isNegated)
            }
        case (.in, .literal(.list(let values))), (.notIn, .literal(.list(let values))):
            // The reader of rules refuses a null among the values, which would make the result
            // null. An empty list decides the result, even for null.
            let isNegated = (comparison == .notIn) != isNegated
            self = !values.isEmpty ? .among(column, Set(values), isNegated: isNegated) : isNegated ? .all([]) : .any([])
        default:
            if isNegated, let opposite = comparison.opposite {
                self = .compare(column, opposite, operand, isNegated: false)
            } else {
                self = .compare(column, comparison, operand, isNegated: isNegated)
            }
        }
    }

    private init(distinctFrom operand: RuleOperand, _ column: Column, isNegated: Bool) {
        if isNegated {
            self.init(column, .eq, operand, false)
        } else {
            self = .any([.isNull(column, true), NormalCondition(column, .ne, operand, false)])
        }
    }

    /// Whether more rows of other types can only add rows of this one, never hide any.
    package var growsWithReach: Bool {
        switch self {
        case .all(let items), .any(let items): items.allSatisfy(\.growsWithReach)
        case .exists(_, let inner, let isNegated): !isNegated && inner.growsWithReach
        case .every: false
        case .among, .isNull, .compare: true
        }
    }

    package var followsRelation: Bool {
        switch self {
        case .all(let items), .any(let items): items.contains(where: \.followsRelation)
        case .exists, .every: true
        case .among, .isNull, .compare: false
        }
    }
}

extension Comparison {
    /// The negation in three-valued logic.
    fileprivate var opposite: Comparison? {
        switch self {
        case .eq: .ne
        case .ne: .eq
        case .in: .notIn
        case .notIn: .in
        case .lt: .gte
        case .gte: .lt
        case .gt: .lte
        case .lte: .gt
        case .isNull, .distinctFrom, .notDistinctFrom, .contains, .startsWith, .endsWith, .iContains, .like, .iLike,
            .has, .hasAny, .hasAll, .isEmpty, .hasKey:
            nil
        }
    }
}
