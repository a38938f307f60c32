import Diagnostics
import GraphQLLanguage

/// Makes a schema from a checked draft.
struct SchemaAssembly {
    let draft: SchemaDraft
    let scalars: [String: ScalarCoercion]

    /// `nil` without an object for the query root, which a checked draft has.
    func schema() -> Schema? {
        let types = draft.orderedTypes.map(namedType)
        let own = draft.orderedDirectives.filter { SpecifiedDirectives.definitions[$0.name.value] == nil }
        func root(_ kind: OperationKind) -> ObjectType? {
            let stated = draft.schema.map { $0.operationTypes.first { $0.kind == kind }?.type.value }
            let name = stated ?? kind.defaultTypeName
            for case .object(let object) in types where object.name == name { return object }
            return nil
        }
        guard let query = root(.query) else { return nil }
        return Schema(
            description: draft.schema?.description?.value, types: types,
            directives: own.map(directiveType) + SpecifiedDirectives.types, query: query, mutation: root(.mutation),
            subscription: root(.subscription))
    }

    private func namedType(_ type: TypeDefinition) -> NamedType {
        let name = type.name.value, description = type.description?.value
        switch type.kind {
        case .scalar:
            return .scalar(
                ScalarType(
                    name: name, description: description,
                    specifiedByURL: text("url", of: "specifiedBy", in: type.directives),
                    coercion: scalars[name] ?? .passThrough))
        case .object(let interfaces, let fields):
            return .object(
                ObjectType(
                    name: name, description: description, interfaces: interfaces.map(\.value), fields: fieldMap(fields),
                    directives: type.directives))
        case .interface(let interfaces, let fields):
            return .interface(
                InterfaceType(
                    name: name, description: description, interfaces: interfaces.map(\.value), fields: fieldMap(fields),
                    directives: type.directives))
        case .union(let members):
            return .union(UnionType(name: name, description: description, members: members.map(\.value)))
        case .enum(let values):
            return .enum(
                EnumType(
                    name: name, description: description,
                    values: values.map {
                        EnumValue(
                            name: $0.name.value, description: $0.description?.value,
                            deprecationReason: deprecationReason($0.directives))
                    }))
        case .inputObject(let fields):
            return .inputObject(
                InputObjectType(name: name, description: description, isOneOf: type.isOneOf, fields: inputMap(fields)))
        }
    }

    private func directiveType(_ directive: DirectiveDefinition) -> DirectiveType {
        DirectiveType(
            name: directive.name.value, description: directive.description?.value,
            arguments: inputMap(directive.arguments), isRepeatable: directive.isRepeatable,
            locations: directive.locations.map(\.value))
    }

    private func fieldMap(_ fields: [FieldDefinition]) -> FieldMap {
        FieldMap(
            fields.map { field in
                FieldType(
                    name: field.name.value, description: field.description?.value, arguments: inputMap(field.arguments),
                    type: WrappedType(field.type), deprecationReason: deprecationReason(field.directives),
                    directives: field.directives, range: field.name.range.through(field.range))
            }, name: \.name)
    }

    private func inputMap(_ inputs: [InputValueDefinition]) -> InputMap {
        InputMap(
            inputs.map { input in
                InputField(
                    name: input.name.value, description: input.description?.value, type: WrappedType(input.type),
                    defaultValue: input.defaultValue?.onOneLine, deprecationReason: deprecationReason(input.directives),
                    directives: input.directives)
            }, name: \.name)
    }

    private func deprecationReason(_ directives: [Directive]) -> String? {
        guard directives.contains(where: { $0.name.value == "deprecated" }) else { return nil }
        return text("reason", of: "deprecated", in: directives) ?? SpecifiedDirectives.defaultDeprecationReason
    }

    private func text(_ argument: String, of name: String, in directives: [Directive]) -> String? {
        let directive = directives.first { $0.name.value == name }
        guard case .string(let text)? = directive?.arguments.first(where: { $0.name.value == argument })?.value else {
            return nil
        }
        return text.value
    }
}

extension Value {
    /// With block strings in quotes, so that it prints on one line.
    var onOneLine: Value {
        switch self {
        case .string(let text): .string(StringValue(text.value, range: text.range))
        case .list(let items, let range): .list(items.map(\.onOneLine), range)
        case .object(let fields, let range):
            .object(fields.map { ObjectField(name: $0.name, value: $0.value.onOneLine, range: $0.range) }, range)
        case .variable, .int, .float, .boolean, .null, .enumValue: self
        }
    }
}
