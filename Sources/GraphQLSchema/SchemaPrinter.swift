import GraphQLLanguage

extension Schema {
    /// The whole schema as clients see it, as SDL: the schema definition (always explicit), the
    /// custom directives, then the types in the order of the document. Building the text again
    /// yields an equal schema.
    ///
    /// What GraphQL itself specifies is omitted (sections 3.5 and 3.13). Of directives applied to
    /// definitions only the specified ones are printed, because introspection shows no others.
    ///
    /// - Parameters:
    ///   - hiding: Custom directives whose definitions are omitted. Their arguments' types stay;
    ///     ``restricted(suggestsNames:to:implementing:inputField:enumValue:directive:)`` removes
    ///     those as well.
    ///   - definesOneOf: Whether to define `@oneOf`, for tools that do not know it: it is specified
    ///     since September 2025.
    public func sdl(hiding: Set<String> = [], definesOneOf: Bool = false) -> String {
        DocumentPrinter.print(document(hiding: hiding, definesOneOf: definesOneOf))
    }

    /// The document printed by ``sdl(hiding:definesOneOf:)``.
    public func document(hiding: Set<String> = [], definesOneOf: Bool = false) -> Document {
        var roots = [OperationTypeDefinition(kind: .query, type: Name(queryType.name))]
        if let mutationType { roots.append(OperationTypeDefinition(kind: .mutation, type: Name(mutationType.name))) }
        if let subscriptionType {
            roots.append(OperationTypeDefinition(kind: .subscription, type: Name(subscriptionType.name)))
        }
        var definitions: [Definition] = [
            .typeSystem(.schema(SchemaDefinition(description: description.asBlock, operationTypes: roots)))
        ]
        if definesOneOf, let oneOf = directives["oneOf"] { definitions.append(.typeSystem(.directive(oneOf.syntax))) }
        for name in directiveOrder where !hiding.contains(name) && !SpecifiedDirectives.names.contains(name) {
            if let directive = directives[name] { definitions.append(.typeSystem(.directive(directive.syntax))) }
        }
        for name in typeOrder where !SpecifiedScalars.names.contains(name) && !IntrospectionTypes.names.contains(name) {
            if let type = types[name] { definitions.append(.typeSystem(.type(type.syntax))) }
        }
        return Document(definitions: definitions)
    }
}

extension NamedType {
    var syntax: TypeDefinition {
        switch self {
        case .scalar(let type):
            let url = type.specifiedByURL.map {
                Directive(
                    name: Name("specifiedBy"), arguments: [Argument(name: Name("url"), value: .string(StringValue($0)))]
                )
            }
            return TypeDefinition(
                description: type.description.asBlock, name: Name(type.name), directives: url.map { [$0] } ?? [],
                kind: .scalar)
        case .object(let type):
            return TypeDefinition(
                description: type.description.asBlock, name: Name(type.name),
                kind: .object(interfaces: type.interfaces.map { Name($0) }, fields: type.fields.map(\.syntax)))
        case .interface(let type):
            return TypeDefinition(
                description: type.description.asBlock, name: Name(type.name),
                kind: .interface(interfaces: type.interfaces.map { Name($0) }, fields: type.fields.map(\.syntax)))
        case .union(let type):
            return TypeDefinition(
                description: type.description.asBlock, name: Name(type.name),
                kind: .union(members: type.members.map { Name($0) }))
        case .enum(let type):
            return TypeDefinition(
                description: type.description.asBlock, name: Name(type.name),
                kind: .enum(values: type.values.map(\.syntax)))
        case .inputObject(let type):
            return TypeDefinition(
                description: type.description.asBlock, name: Name(type.name),
                directives: type.isOneOf ? [Directive(name: Name("oneOf"))] : [],
                kind: .inputObject(fields: type.fields.map(\.syntax)))
        }
    }
}

extension FieldType {
    var syntax: FieldDefinition {
        FieldDefinition(
            description: description.asBlock, name: Name(name), arguments: arguments.map(\.syntax), type: type.syntax,
            directives: deprecation(deprecationReason))
    }
}

extension InputField {
    var syntax: InputValueDefinition {
        InputValueDefinition(
            description: description.asBlock, name: Name(name), type: type.syntax, defaultValue: defaultValue,
            directives: deprecation(deprecationReason))
    }
}

extension EnumValue {
    var syntax: EnumValueDefinition {
        EnumValueDefinition(
            description: description.asBlock, name: Name(name), directives: deprecation(deprecationReason))
    }
}

extension DirectiveType {
    var syntax: DirectiveDefinition {
        DirectiveDefinition(
            description: description.asBlock, name: Name(name), arguments: arguments.map(\.syntax),
            isRepeatable: isRepeatable, locations: locations.map { Name($0) })
    }
}

extension WrappedType {
    var syntax: TypeReference {
        switch self {
        case .named(let name): .named(Name(name))
        case .list(let item): .list(item.syntax, .none)
        case .nonNull(let inner): .nonNull(inner.syntax, .none)
        }
    }
}

/// `@deprecated`, with its reason only if it is not the default.
private func deprecation(_ reason: String?) -> [Directive] {
    guard let reason else { return [] }
    let isDefault = reason == SpecifiedDirectives.defaultDeprecationReason
    return [
        Directive(
            name: Name("deprecated"),
            arguments: isDefault ? [] : [Argument(name: Name("reason"), value: .string(StringValue(reason)))])
    ]
}

extension String? {
    /// Descriptions are printed as block strings.
    fileprivate var asBlock: StringValue? { map { StringValue($0, isBlock: true) } }
}
