import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// An operation that is valid by section 5 against one schema: only these may be planned.
///
/// Made only by ``Validator``; shared by all requests of one document, operation name and schema.
public final class ValidatedOperation: Sendable {
    public let document: Document
    public let operation: OperationDefinition
    public let fragments: [String: FragmentDefinition]
    public let schema: Schema
    public let rootType: ObjectType
    /// In the order of ``OperationDefinition/variables``.
    public let variables: [OperationVariable]
    /// The positions in ``variables`` by name.
    let variablePositions: [String: Int]
    /// Nullable variables used where null is not allowed, because a default replaces a missing
    /// value, each with its places.
    let nonNullUses: [Int: Set<SourceRange>]
    /// Literals of custom scalars with variables inside, in no order.
    let openScalars: [ScalarWithVariables]
    /// The positions of the variables inside them: the value of the literal depends on theirs.
    public let variablesInsideScalars: Set<Int>

    private init(
        document: Document, operation: OperationDefinition, fragments: [String: FragmentDefinition], schema: Schema,
        rootType: ObjectType, variables: [OperationVariable], nonNullUses: [Int: Set<SourceRange>],
        openScalars: [(literal: Value, scalar: ScalarType)]
    ) {
        self.document = document
        self.operation = operation
        self.fragments = fragments
        self.schema = schema
        self.rootType = rootType
        self.variables = variables
        let positions = Dictionary(
            variables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        variablePositions = positions
        self.nonNullUses = nonNullUses
        self.openScalars = openScalars.map {
            ScalarWithVariables(literal: $0.literal, scalar: $0.scalar, positions: positions)
        }
        variablesInsideScalars = Set(self.openScalars.flatMap(\.variables))
    }

    public var name: String? { operation.name?.value }
    public var kind: OperationKind { operation.kind }

    /// Whether `body` is true of a field of the root, in fragments too, whatever the conditions
    /// that stand at it. A fragment is looked into once.
    public func hasRootField(_ body: (Field) -> Bool) -> Bool {
        var waiting = [operation.selectionSet], seen: Set<String> = []
        while let set = waiting.popLast() {
            for selection in set.selections {
                switch selection {
                case .field(let field): if body(field) { return true }
                case .inlineFragment(let fragment): waiting.append(fragment.selectionSet)
                case .fragmentSpread(let spread):
                    if seen.insert(spread.name.value).inserted, let fragment = fragments[spread.name.value] {
                        waiting.append(fragment.selectionSet)
                    }
                }
            }
        }
        return false
    }
}

/// A variable of an operation, with its default coerced once.
public struct OperationVariable: Sendable {
    public let name: String
    public let type: WrappedType
    public let defaultValue: InputValue?
}

/// The coerced variables of one request, by the position of their definition; `nil` if neither
/// given nor defaulted (section 6.1.2: «not provided» differs from null).
public struct VariableValues: Sendable, Equatable {
    public var values: [InputValue?]
    public init(_ values: [InputValue?]) { self.values = values }
    public static let none = VariableValues([])

    /// The value at a position; `nil` also beyond the last.
    public subscript(_ position: Int) -> InputValue? { values.indices.contains(position) ? values[position] : nil }
}

extension ValidatedOperation {
    /// From a successful examination. Throws if a default of the schema cannot be coerced within
    /// the limits of ``LiteralCoercion``.
    convenience init(
        _ examination: Examination, operation position: Int, document: Document, schema: Schema
    ) throws(ValidationFailure) {
        let operation = examination.index.operations[position]
        guard let rootType = schema.rootType(operation.kind) else {
            throw ValidationFailure([
                ValidationError(
                    "This schema has no root type for the operation.", at: [operation.place],
                    rule: OperationTypeExistence.rule)
            ])
        }
        var variables: [OperationVariable] = []
        for definition in operation.variables {
            let type = WrappedType(definition.type)
            var defaultValue: InputValue?
            do throws(InputError) {
                defaultValue = try definition.defaultValue.map { value throws(InputError) in
                    try LiteralCoercion.constant(value, type: type, schema: schema, path: definition.name.value)
                }
            } catch {
                throw ValidationFailure([
                    ValidationError(
                        error.message, at: [definition.range], rule: ValuesOfCorrectType.rule,
                        limit: error.limit.map { _ in .values })
                ])
            }
            variables.append(OperationVariable(name: definition.name.value, type: type, defaultValue: defaultValue))
        }
        let fragments = Dictionary(
            examination.index.fragments.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
        let facts = variables.isEmpty ? [] : Self.facts(examination.typed, operation: position)
        self.init(
            document: document, operation: operation, fragments: fragments, schema: schema, rootType: rootType,
            variables: variables,
            nonNullUses: Self.nonNullUses(facts, variables: variables), openScalars: facts.flatMap(\.openScalars))
    }

    private static func nonNullUses(
        _ facts: [TypedDocument.Facts], variables: [OperationVariable]
    ) -> [Int: Set<SourceRange>] {
        var nullable: [String: Int] = [:], found: [Int: Set<SourceRange>] = [:]
        for (position, variable) in variables.enumerated() where !variable.type.isNonNull {
            nullable[variable.name] = position
        }
        guard !nullable.isEmpty else { return [:] }
        for use in facts.lazy.flatMap(\.uses) where use.isNonNullPosition {
            if let position = nullable[use.name.value] { found[position, default: []].insert(use.name.range) }
        }
        return found
    }

    /// Of the operation and of all fragments that it reaches.
    private static func facts(_ typed: TypedDocument, operation: Int) -> [TypedDocument.Facts] {
        var reached: [TypedDocument.Facts] = [], waiting = [typed.operations[operation]], visited: Set<Int> = []
        while let facts = waiting.popLast() {
            reached.append(facts)
            for spread in facts.spreads where visited.insert(spread.fragment).inserted {
                waiting.append(typed.fragments[spread.fragment])
            }
        }
        return reached
    }
}
