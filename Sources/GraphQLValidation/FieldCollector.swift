import GraphQLLanguage
import GraphQLSchema

/// All selections of one response name on one object, merged (section 6.3.2).
public struct CollectedField: Sendable, Equatable {
    public var responseKey: String
    /// In the order of the document, at least one. In valid operations, they are equal.
    public var nodes: [Field]

    public init(responseKey: String, nodes: [Field]) { (self.responseKey, self.nodes) = (responseKey, nodes) }

    /// The field's name in its type.
    public var name: String { nodes[0].name.value }
    /// The selections of all nodes, to be collected together (section 6.3.3, CollectSubfields).
    public var selectionSets: [SelectionSet] { nodes.compactMap(\.selectionSet) }
}

/// The fields of several selection sets on an object in the order of their first occurrence, merged
/// by response name (section 6.3.2, CollectFields).
///
/// Of `variables` only ``conditionVariables(of:)`` are read: requests with equal condition
/// variables have equal fields. Linear in the selections; it recurses as deep as
/// ``ValidationLimits/nesting`` allows.
public func collectFields(
    _ sets: [SelectionSet], on object: ObjectType, in operation: ValidatedOperation, variables: VariableValues
) -> [CollectedField] {
    var collector = FieldCollector(
        object: object, operation: operation, variables: variables, capacity: sets.first?.selections.count ?? 0)
    for set in sets { collector.collect(set) }
    return collector.fields
}

/// The first result of `body` for the conditions of `@skip` and `@include` that
/// ``collectFields(_:on:in:variables:)`` evaluates.
func firstCondition<Found>(
    of sets: [SelectionSet], on object: ObjectType, in operation: ValidatedOperation, variables: VariableValues,
    _ body: (Value) -> Found?
) -> Found? {
    withoutActuallyEscaping(body) { body in
        var found: Found?
        var collector = FieldCollector(object: object, operation: operation, variables: variables, capacity: 0)
        collector.meets = { if found == nil { found = body($0) } }
        for set in sets where found == nil { collector.collect(set) }
        collector.meets = nil
        return found
    }
}

private struct FieldCollector {
    let object: ObjectType
    let operation: ValidatedOperation
    let variables: VariableValues
    private(set) var fields: [CollectedField] = []
    /// Number of fields that are searched linearly; beyond it, ``positions`` is used.
    private static let fewFields = 16
    private var positions: [String: Int] = [:]
    private var visitedFragments: Set<String> = []
    /// Called with each evaluated condition.
    var meets: ((Value) -> Void)?

    init(object: ObjectType, operation: ValidatedOperation, variables: VariableValues, capacity: Int) {
        self.object = object
        self.operation = operation
        self.variables = variables
        fields.reserveCapacity(capacity)
    }

    mutating func collect(_ set: SelectionSet) {
        for selection in set.selections {
            switch selection {
            case .field(let field): if isIncluded(field.directives) { add(field) }
            case .fragmentSpread(let spread):
                guard isIncluded(spread.directives), visitedFragments.insert(spread.name.value).inserted else {
                    continue
                }
                if let fragment = operation.fragments[spread.name.value], applies(fragment.typeCondition) {
                    collect(fragment.selectionSet)
                }
            case .inlineFragment(let fragment):
                guard isIncluded(fragment.directives) else { continue }
                if fragment.typeCondition.map(applies) ?? true { collect(fragment.selectionSet) }
            }
        }
    }

    private mutating func add(_ field: Field) {
        let key = field.responseKey.value
        if let position = position(of: key) {
            fields[position].nodes.append(field)
        } else {
            if fields.count >= Self.fewFields { positions[key] = fields.count }
            fields.append(CollectedField(responseKey: key, nodes: [field]))
            if fields.count == Self.fewFields {
                for (position, field) in fields.enumerated() { positions[field.responseKey] = position }
            }
        }
    }

    private func position(of key: String) -> Int? {
        fields.count < Self.fewFields ? fields.firstIndex { $0.responseKey == key } : positions[key]
    }

    /// DoesFragmentTypeApply.
    private func applies(_ condition: Name) -> Bool { operation.schema.isPossible(object.name, for: condition.value) }

    private func isIncluded(_ directives: [Directive]) -> Bool {
        directives.allSatisfy { directive in
            let condition = Condition(directive)
            if let meets, let condition { meets(condition.value) }
            return switch condition {
            case .skip(let value)?: !isTrue(value)
            case .include(let value)?: isTrue(value)
            case nil: true
            }
        }
    }

    private func isTrue(_ value: Value) -> Bool {
        switch value {
        case .boolean(let flag, _): flag
        case .variable(let name): operation.variablePositions[name.value].flatMap { variables[$0] } == .boolean(true)
        case .int, .float, .string, .null, .enumValue, .list, .object: false
        }
    }
}

/// `@skip` or `@include` with its `if` (sections 3.13.1 and 3.13.2).
private enum Condition {
    case skip(if: Value)
    case include(if: Value)

    init?(_ directive: Directive) {
        guard let value = directive.arguments.first(where: { $0.name.value == "if" })?.value else { return nil }
        switch directive.name.value {
        case "skip": self = .skip(if: value)
        case "include": self = .include(if: value)
        default: return nil
        }
    }

    var value: Value {
        switch self {
        case .skip(let value), .include(let value): value
        }
    }
}
