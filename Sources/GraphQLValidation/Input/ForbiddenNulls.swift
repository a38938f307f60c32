import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// Variables of one request that are null where null is not allowed, because of a default.
///
/// Such a request is valid and its variables coerce. What fails is the field whose arguments cannot
/// be coerced (section 6.4.1, CoerceArgumentValues), or the object whose fields depend on such a
/// condition of `@skip` or `@include`.
public struct ForbiddenNulls: Sendable {
    private let operation: ValidatedOperation
    private let variables: VariableValues
    /// For most requests: no value need be examined.
    private let isEmpty: Bool

    public init(_ operation: ValidatedOperation, _ variables: VariableValues) {
        self.operation = operation
        self.variables = variables
        isEmpty = !operation.nonNullUses.keys.contains { variables[$0] == .null }
    }

    /// The first in the arguments of a field.
    public func first(inArgumentsOf field: Field) -> InputError? {
        if isEmpty { return nil }
        return field.arguments.lazy.compactMap { first(in: $0.value) }.first
    }

    /// The first in the conditions that decide which fields an object has.
    public func first(inConditionsOf sets: [SelectionSet], on object: ObjectType) -> InputError? {
        if isEmpty { return nil }
        return firstCondition(of: sets, on: object, in: operation, variables: variables) { first(in: $0) }
    }

    /// The first within a field, including its own arguments.
    public func first(within field: CollectedField) -> InputError? {
        if isEmpty { return nil }
        var fields = field.nodes, sets: [SelectionSet] = [], seen: Set<String> = []
        while true {
            for field in fields {
                if let found = first(inArgumentsOf: field) { return found }
                if let set = field.selectionSet { sets.append(set) }
            }
            fields = []
            guard let set = sets.popLast() else { return nil }
            for selection in set.selections {
                let conditions = selection.directives.lazy.flatMap(\.arguments)
                if let found = conditions.compactMap({ first(in: $0.value) }).first { return found }
                switch selection {
                case .field(let field): fields.append(field)
                case .inlineFragment(let fragment): sets.append(fragment.selectionSet)
                case .fragmentSpread(let spread):
                    guard seen.insert(spread.name.value).inserted else { continue }
                    if let fragment = operation.fragments[spread.name.value] { sets.append(fragment.selectionSet) }
                }
            }
        }
    }

    private func first(in value: Value) -> InputError? {
        switch value {
        case .variable(let name):
            guard let position = operation.variablePositions[name.value], variables[position] == .null,
                operation.nonNullUses[position]?.contains(name.range) == true
            else { return nil }
            let fault = "Variable \("$\(name.value)".quoted) is null, and stands where null is not allowed"
            let remedy = "leave it out, so that a default takes its place, or give it a value"
            return InputError("\(fault): \(remedy).", path: name.value, at: [name.range])
        case .list(let items, _): return items.lazy.compactMap { first(in: $0) }.first
        case .object(let fields, _): return fields.lazy.compactMap { first(in: $0.value) }.first
        case .int, .float, .string, .boolean, .null, .enumValue: return nil
        }
    }
}

extension Selection {
    fileprivate var directives: [Directive] {
        switch self {
        case .field(let field): field.directives
        case .inlineFragment(let fragment): fragment.directives
        case .fragmentSpread(let spread): spread.directives
        }
    }
}
