import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// The value side of a condition: a client's, a rule's, or the viewer's.
public enum PlanOperand: Sendable, Hashable {
    /// A literal of the request.
    case constant(InputValue)
    /// A literal of a rule.
    case rule(InputValue)
    case open(VariablePlace)
    /// Several values, some of them open.
    case several([ListElement])
    case viewer(ViewerValue)
    case now

    init(_ operand: RuleOperand) {
        switch operand {
        case .literal(let value): self = .rule(value)
        case .viewer(let value): self = .viewer(value)
        case .now: self = .now
        }
    }

    init?(_ value: ShapedValue) {
        switch value {
        case .constant(let constant): self = .constant(constant)
        case .open(let place): self = .open(place)
        case .list(let items):
            var elements: [ListElement] = []
            for item in items {
                switch item {
                case .constant(let constant): elements.append(.constant(constant))
                case .open(let place): elements.append(.open(place))
                case .list, .object: return nil
                }
            }
            self = .several(elements)
        case .object: return nil
        }
    }

    /// The parameter that carries the operand into SQL.
    func source(_ form: ValueForm) throws(CoercionFailure) -> ParameterSource {
        switch self {
        case .constant(let value): .constant(.text(try ValueEncoding.text(value, form)))
        case .rule(let value): .rule(.text(try ValueEncoding.text(value, form)))
        case .open(let place): .variable(place, form)
        case .several(let elements): .elements(elements, form)
        case .viewer(let value): .viewer(value, form)
        case .now: .now(form.column)
        }
    }

    /// Throws what the column has against a literal of the request.
    func checkConstants(_ use: FilterOperandUse) throws(CoercionFailure) {
        switch self {
        case .constant(let value): _ = try ValueEncoding.text(value, use.valueForm)
        case .several(let elements):
            for case .constant(let value) in elements { _ = try ValueEncoding.text(value, ValueForm(use.valueType)) }
        case .rule, .open, .viewer, .now: return
        }
    }

    /// Whether it says who somebody is.
    var isIdentity: Bool {
        switch self {
        case .viewer(.id), .viewer(.tenant), .viewer(.tenants): true
        default: false
        }
    }

    var flag: Bool? {
        switch self {
        case .constant(.boolean(let flag)), .rule(.boolean(let flag)): flag
        case .constant, .rule, .open, .several, .viewer, .now: nil
        }
    }
}

extension FilterOperandUse {
    /// As ``RowAccess`` writes such an operand.
    fileprivate var valueForm: ValueForm {
        switch form {
        case .value, .flag: ValueForm(valueType)
        case .list: ValueForm(valueType, isList: true)
        case .text where comparison == .like || comparison == .iLike: ValueForm(.text, use: .pattern)
        case .text: ValueForm(.text, use: comparison == .hasKey ? .value : .part)
        }
    }
}

/// PostgreSQL's text form of values, refused where PostgreSQL would raise.
public enum ValueEncoding {
    public static func text(_ value: InputValue, _ form: ValueForm) throws(CoercionFailure) -> [UInt8] {
        if form.use == .pattern, case .string(let pattern) = value, let problem = likePatternProblem(pattern) {
            throw CoercionFailure(problem)
        }
        if form.isList {
            if case .list = value { return try parameterText(value, for: .array(form.column)) }
            return try parameterText(.list([value]), for: .array(form.column))
        }
        return try parameterText(value, for: form.column)
    }
}

extension Condition {
    /// The same condition with other operands.
    func map<Other>(_ transform: (Operand) -> Other) -> Condition<Other> {
        switch self {
        case .all(let items): .all(items.map { $0.map(transform) })
        case .any(let items): .any(items.map { $0.map(transform) })
        case .not(let inner): .not(inner.map(transform))
        case .compare(let column, let comparison, let operand): .compare(column, comparison, transform(operand))
        case .toOne(let relation, let inner): .toOne(relation, inner.map(transform))
        case .toMany(let relation, let quantifier, let inner): .toMany(relation, quantifier, inner.map(transform))
        }
    }

    /// The parts that must all hold.
    public var conjuncts: [Condition] {
        if case .all(let items) = self { items.flatMap(\.conjuncts) } else { [self] }
    }
}
