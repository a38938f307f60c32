import Diagnostics
@testable import GraphQLLanguage

// Two texts of the same meaning give trees that differ in their ranges alone: to compare them, all
// ranges are set to `SourceRange.none`.

extension Document {
    /// The same document with every range empty: equal for two texts that differ only in white
    /// space, comments and the spelling of strings.
    public var withoutRanges: Document { Document(definitions: definitions.map(\.withoutRanges)) }
}

extension Definition {
    public var withoutRanges: Definition {
        switch self {
        case .operation(let operation): .operation(operation.withoutRanges)
        case .fragment(let fragment): .fragment(fragment.withoutRanges)
        case .typeSystem(.schema(let schema)): .typeSystem(.schema(schema.withoutRanges))
        case .typeSystem(.type(let type)): .typeSystem(.type(type.withoutRanges))
        case .typeSystem(.directive(let directive)): .typeSystem(.directive(directive.withoutRanges))
        case .typeSystemExtension(.schema(let schema)): .typeSystemExtension(.schema(schema.withoutRanges))
        case .typeSystemExtension(.type(let type)): .typeSystemExtension(.type(type.withoutRanges))
        }
    }
}

extension Value {
    public var withoutRanges: Value {
        switch self {
        case .variable(let name): .variable(name.withoutRange)
        case .int(let text, _): .int(text, .none)
        case .float(let text, _): .float(text, .none)
        case .string(let text): .string(text.withoutRange)
        case .boolean(let flag, _): .boolean(flag, .none)
        case .null: .null(.none)
        case .enumValue(let name): .enumValue(name.withoutRange)
        case .list(let values, _): .list(values.map(\.withoutRanges), .none)
        case .object(let fields, _):
            .object(fields.map { ObjectField(name: $0.name.withoutRange, value: $0.value.withoutRanges) }, .none)
        }
    }
}

extension TypeReference {
    public var withoutRanges: TypeReference {
        switch self {
        case .named(let name): .named(name.withoutRange)
        case .list(let inner, _): .list(inner.withoutRanges, .none)
        case .nonNull(let inner, _): .nonNull(inner.withoutRanges, .none)
        }
    }
}

private extension Name {
    var withoutRange: Name { Name(value) }
}

private extension StringValue {
    var withoutRange: StringValue { StringValue(value, isBlock: isBlock) }
}

private extension [Directive] {
    var withoutRanges: [Directive] {
        map { Directive(name: $0.name.withoutRange, arguments: $0.arguments.withoutRanges) }
    }
}

private extension [Argument] {
    var withoutRanges: [Argument] { map { Argument(name: $0.name.withoutRange, value: $0.value.withoutRanges) } }
}

private extension OperationDefinition {
    var withoutRanges: OperationDefinition {
        OperationDefinition(
            description: description?.withoutRange, kind: kind, name: name?.withoutRange,
            variables: variables.map(\.withoutRanges),
            directives: directives.withoutRanges, selectionSet: selectionSet.withoutRanges)
    }
}

private extension VariableDefinition {
    var withoutRanges: VariableDefinition {
        VariableDefinition(
            description: description?.withoutRange, name: name.withoutRange, type: type.withoutRanges,
            defaultValue: defaultValue?.withoutRanges,
            directives: directives.withoutRanges)
    }
}

private extension FragmentDefinition {
    var withoutRanges: FragmentDefinition {
        FragmentDefinition(
            description: description?.withoutRange, name: name.withoutRange, typeCondition: typeCondition.withoutRange,
            directives: directives.withoutRanges,
            selectionSet: selectionSet.withoutRanges)
    }
}

private extension SelectionSet {
    var withoutRanges: SelectionSet { SelectionSet(selections.map(\.withoutRanges)) }
}

private extension Selection {
    var withoutRanges: Selection {
        switch self {
        case .field(let field):
            .field(
                Field(
                    alias: field.alias?.withoutRange, name: field.name.withoutRange,
                    arguments: field.arguments.withoutRanges,
                    directives: field.directives.withoutRanges, selectionSet: field.selectionSet?.withoutRanges))
        case .fragmentSpread(let spread):
            .fragmentSpread(FragmentSpread(name: spread.name.withoutRange, directives: spread.directives.withoutRanges))
        case .inlineFragment(let fragment):
            .inlineFragment(
                InlineFragment(
                    typeCondition: fragment.typeCondition?.withoutRange, directives: fragment.directives.withoutRanges,
                    selectionSet: fragment.selectionSet.withoutRanges))
        }
    }
}

private extension SchemaDefinition {
    var withoutRanges: SchemaDefinition {
        SchemaDefinition(
            description: description?.withoutRange, directives: directives.withoutRanges,
            operationTypes: operationTypes.map { OperationTypeDefinition(kind: $0.kind, type: $0.type.withoutRange) })
    }
}

private extension TypeDefinition {
    var withoutRanges: TypeDefinition {
        TypeDefinition(
            description: description?.withoutRange, name: name.withoutRange, directives: directives.withoutRanges,
            kind: kind.withoutRanges)
    }
}

private extension TypeDefinition.Kind {
    var withoutRanges: TypeDefinition.Kind {
        switch self {
        case .scalar: .scalar
        case .object(let interfaces, let fields):
            .object(interfaces: interfaces.map(\.withoutRange), fields: fields.map(\.withoutRanges))
        case .interface(let interfaces, let fields):
            .interface(interfaces: interfaces.map(\.withoutRange), fields: fields.map(\.withoutRanges))
        case .union(let members): .union(members: members.map(\.withoutRange))
        case .enum(let values):
            .enum(
                values: values.map {
                    EnumValueDefinition(
                        description: $0.description?.withoutRange, name: $0.name.withoutRange,
                        directives: $0.directives.withoutRanges)
                })
        case .inputObject(let fields): .inputObject(fields: fields.map(\.withoutRanges))
        }
    }
}

private extension FieldDefinition {
    var withoutRanges: FieldDefinition {
        FieldDefinition(
            description: description?.withoutRange, name: name.withoutRange, arguments: arguments.map(\.withoutRanges),
            type: type.withoutRanges,
            directives: directives.withoutRanges)
    }
}

private extension InputValueDefinition {
    var withoutRanges: InputValueDefinition {
        InputValueDefinition(
            description: description?.withoutRange, name: name.withoutRange, type: type.withoutRanges,
            defaultValue: defaultValue?.withoutRanges,
            directives: directives.withoutRanges)
    }
}

private extension DirectiveDefinition {
    var withoutRanges: DirectiveDefinition {
        DirectiveDefinition(
            description: description?.withoutRange, name: name.withoutRange, arguments: arguments.map(\.withoutRanges),
            isRepeatable: isRepeatable,
            locations: locations.map(\.withoutRange))
    }
}
