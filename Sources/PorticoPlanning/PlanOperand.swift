import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// The value side of a condition: a client's, a rule's, or the viewer's.
public enum PlanOperand: Sendable, Hashable {
    /// A value of the request, or a list of values; no object.
    case stated(ShapedValue)
    /// A literal of a rule.
    case rule(InputValue)
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
        case .constant, .open: self = .stated(value)
        case .list(let items):
            for item in items {
                switch item {
                case .constant, .open: continue
                case .list, .object: return nil
                }
            }
            self = .stated(value)
        case .object: return nil
        }
    }

    /// The parameter source of the operand.
    func source(_ form: ValueForm) throws(CoercionFailure) -> ParameterSource {
        switch self {
        case .stated(.constant(let value)): .constant(.text(try ValueEncoding.text(value, form)))
        case .stated(.open(let place)): .variable(place, form)
        case .stated(.list(let items)): .elements(items, form)
        case .stated(.object): throw CoercionFailure("An object is no value.")
        case .rule(let value): .rule(.text(try ValueEncoding.text(value, form)))
        case .viewer(let value): .viewer(value, form)
        case .now: .now(form.column)
        }
    }

    /// Throws if the column cannot hold a literal of the request.
    func checkConstants(_ use: FilterOperandUse) throws(CoercionFailure) {
        switch self {
        case .stated(.constant(let value)): _ = try ValueEncoding.text(value, use.valueForm)
        case .stated(.list(let items)):
            for case .constant(let value) in items { _ = try ValueEncoding.text(value, ValueForm(use.valueType)) }
        case .stated, .rule, .viewer, .now: return
        }
    }

    /// Whether it identifies a user or tenant.
    var isIdentity: Bool {
        switch self {
        case .viewer(.id), .viewer(.tenant), .viewer(.tenants): true
        default: false
        }
    }

    var flag: Bool? {
        switch self {
        case .stated(.constant(.boolean(let flag))), .rule(.boolean(let flag)): flag
        case .stated, .rule, .viewer, .now: nil
        }
    }
}

extension FilterOperandUse {
    /// The form that ``RowAccess`` encodes such an operand in.
    fileprivate var valueForm: ValueForm {
        switch form {
        case .value, .flag: ValueForm(valueType)
        case .list: ValueForm(valueType, isList: true)
        case .text where comparison == .like || comparison == .iLike: ValueForm(.text, use: .pattern)
        case .text: ValueForm(.text, use: comparison == .hasKey ? .value : .part)
        }
    }
}

/// Encodes values in PostgreSQL's text form; refuses those that PostgreSQL would refuse.
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
