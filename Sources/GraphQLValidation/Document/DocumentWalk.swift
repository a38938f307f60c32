import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// The single walk over a document: it determines types, calls the rules that apply, and collects
/// what the rules across fragments need.
///
/// Each definition is walked once, without expanding fragments; it recurses as deep as the text is
/// nested, which the parser bounds.
struct DocumentWalk {
    let context: ValidationContext
    private(set) var typed = TypedDocument()
    private var facts = TypedDocument.Facts()
    /// The place of the current value: an argument or a variable, and the path into its value.
    private var place = ""
    private var path: [InputStep] = []

    init(context: ValidationContext) { self.context = context }

    mutating func walk() {
        for operation in context.index.operations {
            facts = TypedDocument.Facts()
            walk(operation)
            typed.operations.append(facts)
        }
        for fragment in context.index.fragments {
            facts = TypedDocument.Facts()
            walk(fragment)
            typed.fragments.append(facts)
        }
    }

    private mutating func walk(_ operation: OperationDefinition) {
        let root = context.schema.rootType(operation.kind)
        OperationTypeExistence.check(operation, root: root, context)
        VariableUniqueness.check(operation, context)
        for variable in operation.variables {
            let type = VariablesAreInputTypes.check(variable, context)
            place = "$\(variable.name.value)"
            if let value = variable.defaultValue { walk(value, type: type, hasDefault: false) }
            walk(variable.directives, on: .variableDefinition)
        }
        walk(operation.directives, on: DirectiveLocation(operation.kind))
        facts.set = walk(operation.selectionSet, on: root.map(NamedType.object))
    }

    private mutating func walk(_ fragment: FragmentDefinition) {
        let type = FragmentSpreadTypeExistence.check(fragment.typeCondition, context)
        FragmentsOnCompositeTypes.check(type, condition: fragment.typeCondition, fragment: fragment.name, context)
        walk(fragment.directives, on: .fragmentDefinition)
        facts.set = walk(fragment.selectionSet, on: composite(type))
    }

    /// The position of the set in ``TypedDocument/sets``. Values are validated even without a type.
    private mutating func walk(_ set: SelectionSet, on parent: NamedType?) -> Int {
        var entries: [TypedDocument.Entry] = []
        entries.reserveCapacity(set.selections.count)
        for selection in set.selections where !context.errors.isFull {
            switch selection {
            case .field(let field): if let entry = walk(field, on: parent) { entries.append(entry) }
            case .fragmentSpread(let spread):
                typed.holdsFragments = true
                if let entry = walk(spread, on: parent) { entries.append(entry) }
            case .inlineFragment(let fragment):
                typed.holdsFragments = true
                entries.append(.inline(set: walk(fragment, on: parent)))
            }
        }
        typed.sets.append(entries)
        return typed.sets.count - 1
    }

    private mutating func walk(_ field: Field, on parent: NamedType?) -> TypedDocument.Entry? {
        let definition = parent.flatMap { context.schema.field(field.name.value, of: $0) }
        if let parent { FieldSelections.check(field, on: parent, definition: definition, context) }
        walk(field.arguments, of: .field(field, parent: parent), defined: definition?.arguments)
        walk(field.directives, on: .field)
        let type = definition.flatMap { context.schema.type($0.type.name) }
        if let definition, let type { LeafFieldSelections.check(field, definition: definition, type: type, context) }
        let children = field.selectionSet.map { walk($0, on: composite(type)) }
        guard let parent, let definition, let type else { return nil }
        let isObject = if case .object = parent { true } else { false }
        typed.fields.append(
            .init(
                field: field, parent: parent.name, parentIsObject: isObject, definition: definition,
                isLeaf: type.isLeaf, children: children))
        return .field(typed.fields.count - 1)
    }

    private mutating func walk(_ spread: FragmentSpread, on parent: NamedType?) -> TypedDocument.Entry? {
        walk(spread.directives, on: .fragmentSpread)
        guard let position = FragmentSpreadTargetDefined.check(spread, context) else { return nil }
        facts.spreads.append((position, spread.range))
        let fragment = context.index.fragments[position]
        let type = composite(context.schema.type(fragment.typeCondition.value))
        FragmentSpreadIsPossible.check(type, within: parent, fragment: spread.name.value, at: spread.range, context)
        return .fragment(position)
    }

    private mutating func walk(_ fragment: InlineFragment, on parent: NamedType?) -> Int {
        var type = parent
        if let condition = fragment.typeCondition {
            let named = FragmentSpreadTypeExistence.check(condition, context)
            FragmentsOnCompositeTypes.check(named, condition: condition, fragment: nil, context)
            type = composite(named)
            FragmentSpreadIsPossible.check(type, within: parent, fragment: nil, at: condition.range, context)
        }
        walk(fragment.directives, on: .inlineFragment)
        return walk(fragment.selectionSet, on: type)
    }

    private mutating func walk(_ directives: [Directive], on location: DirectiveLocation) {
        DirectivesAreUniquePerLocation.check(directives, context)
        for directive in directives {
            let definition = DirectivesAreDefined.check(directive, context)
            if let definition { DirectivesAreInValidLocations.check(directive, definition, on: location, context) }
            walk(directive.arguments, of: .directive(directive), defined: definition?.arguments)
        }
    }

    private mutating func walk(_ arguments: [Argument], of owner: ArgumentOwner, defined: InputMap?) {
        ArgumentUniqueness.check(arguments, context)
        if let defined { RequiredArguments.check(arguments, of: owner, defined: defined, context) }
        for argument in arguments {
            let definition = defined?[argument.name.value]
            if let defined, definition == nil { ArgumentNames.report(argument, of: owner, defined: defined, context) }
            place = argument.name.value
            walk(argument.value, type: definition?.type, hasDefault: definition?.defaultValue != nil)
        }
    }

    /// A value where `type` is expected; `nil` if the type is unknown.
    private mutating func walk(_ value: Value, type: WrappedType?, hasDefault: Bool, inOneOf: Bool = false) {
        if case .variable(let name) = value {
            facts.uses.append(.init(name: name, type: type, hasDefault: hasDefault, inOneOf: inOneOf))
            return
        }
        guard let type, ValuesOfCorrectType.checkNull(value, type: type, context) else { return walkUntyped(value) }
        switch type.nullable {
        case .nonNull: return
        case .list(let item):
            // A single value is coerced to a list (section 3.12).
            guard case .list(let items, _) = value else { return walk(value, type: item, hasDefault: false) }
            for (index, element) in items.enumerated() {
                path.append(.index(index))
                walk(element, type: item, hasDefault: false)
                path.removeLast()
            }
        case .named(let name):
            guard case .inputObject(let object)? = context.schema.type(name) else {
                if let leaf = context.schema.type(name) {
                    ValuesOfCorrectType.check(value, leaf: leaf, path: path.path(from: place), context)
                    if case .scalar(let scalar) = leaf, value.holdsVariable {
                        facts.openScalars.append((value, scalar))
                    }
                }
                return walkUntyped(value)
            }
            guard case .object(let fields, let range) = value else {
                ValuesOfCorrectType.reportNoObject(value, object, context)
                return walkUntyped(value)
            }
            walk(fields, of: object, range: range)
        }
    }

    private mutating func walk(_ fields: [ObjectField], of object: InputObjectType, range: SourceRange) {
        InputObjectFieldUniqueness.check(fields, context)
        InputObjectRequiredFields.check(fields, of: object, range: range, context)
        if object.isOneOf { OneOfInputObjects.check(fields, of: object, range: range, context) }
        for field in fields {
            let definition = object.fields[field.name.value]
            if definition == nil { InputObjectFieldNames.report(field, of: object, context) }
            path.append(.field(field.name.value))
            walk(
                field.value, type: definition?.type, hasDefault: definition?.defaultValue != nil,
                inOneOf: object.isOneOf)
            path.removeLast()
        }
    }

    /// Rules for values of any type: variables are used, and objects name no field twice.
    private mutating func walkUntyped(_ value: Value) {
        switch value {
        case .variable(let name): facts.uses.append(.init(name: name, type: nil, hasDefault: false, inOneOf: false))
        case .list(let items, _): for item in items { walkUntyped(item) }
        case .object(let fields, _):
            InputObjectFieldUniqueness.check(fields, context)
            for field in fields { walkUntyped(field.value) }
        case .int, .float, .string, .boolean, .null, .enumValue: break
        }
    }

    private func composite(_ type: NamedType?) -> NamedType? { type.flatMap { $0.isComposite ? $0 : nil } }
}

/// The owner of arguments, for error messages.
enum ArgumentOwner {
    case field(Field, parent: NamedType?)
    case directive(Directive)

    var words: String {
        switch self {
        case .field(let field, let parent?): "Field \("\(parent.name).\(field.name.value)".quoted)"
        case .field(let field, nil): "Field \(field.name.value.quoted)"
        case .directive(let directive): "Directive \("@\(directive.name.value)".quoted)"
        }
    }

    var nameRange: SourceRange {
        switch self {
        case .field(let field, _): field.name.range
        case .directive(let directive): directive.range
        }
    }
}
