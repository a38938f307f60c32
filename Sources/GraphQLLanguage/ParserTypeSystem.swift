import Diagnostics

extension Parser {
    // TypeSystemDefinition : SchemaDefinition | TypeDefinition | DirectiveDefinition (section 3).
    // `nil` when none begins here.
    mutating func typeSystemDefinition(
        _ description: StringValue?, _ start: Int, allow: DocumentKind
    ) throws(SyntaxError) -> TypeSystemDefinition? {
        let isSchema = isKeyword("schema"), isDirective = isKeyword("directive")
        let form = isSchema || isDirective ? nil : typeForm()
        guard isSchema || isDirective || form != nil else { return nil }
        guard allow != .executable else { throw notAllowed(.executable) }
        if isSchema { return .schema(try schemaDefinition(description, start)) }
        if let form { return .type(try typeDefinition(form, description, start)) }
        return .directive(try directiveDefinition(description, start))
    }

    /// The kinds of types by their keywords.
    enum TypeForm { case scalar, object, interface, union, `enum`, inputObject }

    /// The kind of type whose keyword is the next token, which is not consumed.
    func typeForm() -> TypeForm? {
        if isKeyword("type") { return .object }
        if isKeyword("input") { return .inputObject }
        if isKeyword("enum") { return .enum }
        if isKeyword("interface") { return .interface }
        if isKeyword("union") { return .union }
        if isKeyword("scalar") { return .scalar }
        return nil
    }

    // SchemaDefinition : Description? `schema` Directives[Const]? { RootOperationTypeDefinition+ }
    // (section 3.3)
    private mutating func schemaDefinition(
        _ description: StringValue?, _ start: Int
    ) throws(SyntaxError) -> SchemaDefinition {
        try advance()
        let directives = try directives(isConst: true)
        guard token.kind == .braceOpen else { throw unexpected(Token.Kind.braceOpen.expected) }
        let types = try rootOperationTypes()
        return SchemaDefinition(
            description: description, directives: directives, operationTypes: types, range: range(from: start))
    }

    // { RootOperationTypeDefinition+ }, where it stands; RootOperationTypeDefinition :
    // OperationType : NamedType (section 3.3)
    mutating func rootOperationTypes() throws(SyntaxError) -> [OperationTypeDefinition] {
        guard try skip(.braceOpen) else { return [] }
        var types: [OperationTypeDefinition] = []
        repeat {
            let start = token.start
            guard let kind = operationKind() else {
                throw unexpected(
                    types.isEmpty
                        ? "\"query\", \"mutation\" or \"subscription\""
                        : "\"query\", \"mutation\", \"subscription\" or \"}\"")
            }
            try advance()
            try expect(.colon)
            let type = try name("a type name")
            types.append(OperationTypeDefinition(kind: kind, type: type, range: range(from: start)))
        } while try !skip(.braceClose)
        return types
    }

    // ScalarTypeDefinition : Description? `scalar` Name Directives[Const]? (section 3.5)
    // ObjectTypeDefinition : Description? `type` Name ImplementsInterfaces? Directives[Const]?
    // FieldsDefinition? (section 3.6) InterfaceTypeDefinition : Description? `interface` Name
    // ImplementsInterfaces? Directives[Const]? FieldsDefinition? (section 3.7) UnionTypeDefinition
    // : Description? `union` Name Directives[Const]? UnionMemberTypes? (section 3.8)
    // EnumTypeDefinition : Description? `enum` Name Directives[Const]? EnumValuesDefinition?
    // (section 3.9) InputObjectTypeDefinition : Description? `input` Name Directives[Const]?
    // InputFieldsDefinition? (section 3.10)
    mutating func typeDefinition(
        _ form: TypeForm, _ description: StringValue?, _ start: Int
    ) throws(SyntaxError) -> TypeDefinition {
        try advance()
        let name = try name("a type name")
        var interfaces: [Name] = []
        if form == .object || form == .interface { interfaces = try implementsInterfaces() }
        let directives = try directives(isConst: true)
        let kind: TypeDefinition.Kind =
            switch form {
            case .scalar: .scalar
            case .object: .object(interfaces: interfaces, fields: try fieldsDefinition())
            case .interface: .interface(interfaces: interfaces, fields: try fieldsDefinition())
            case .union: .union(members: try unionMemberTypes())
            case .enum: .enum(values: try enumValuesDefinition())
            case .inputObject: .inputObject(fields: try inputValues(.braceOpen, .braceClose, "an input field"))
            }
        return TypeDefinition(
            description: description, name: name, directives: directives, kind: kind, range: range(from: start))
    }

    // ImplementsInterfaces : ImplementsInterfaces & NamedType | `implements` &? NamedType (section
    // 3.6)
    private mutating func implementsInterfaces() throws(SyntaxError) -> [Name] {
        guard try skipKeyword("implements") else { return [] }
        _ = try skip(.ampersand)
        var names: [Name] = []
        repeat { names.append(try name("an interface name")) } while try skip(.ampersand)
        if token.kind == .name, !startsDefinition {
            throw unexpected("\"&\" or \"{\"", hint: "Several interfaces are separated by \"&\".")
        }
        return names
    }

    /// Whether the next token may begin another definition, as after a type without fields.
    private var startsDefinition: Bool {
        typeForm() != nil || operationKind() != nil || isKeyword("schema") || isKeyword("directive")
            || isKeyword("extend") || isKeyword("fragment")
    }

    // FieldsDefinition : { FieldDefinition+ } (section 3.6)
    private mutating func fieldsDefinition() throws(SyntaxError) -> [FieldDefinition] {
        guard try skip(.braceOpen) else { return [] }
        if token.kind == .braceClose { throw unexpected("a field", hint: "Leave out the empty \"{}\".") }
        var fields: [FieldDefinition] = []
        repeat { fields.append(try fieldDefinition()) } while try !skip(.braceClose)
        return fields
    }

    // FieldDefinition : Description? Name ArgumentsDefinition? : Type Directives[Const]? (section
    // 3.6)
    private mutating func fieldDefinition() throws(SyntaxError) -> FieldDefinition {
        let start = token.start
        let description = try description()
        let name = try name(description == nil ? "a field or \"}\"" : "a field")
        let arguments = try inputValues(.parenOpen, .parenClose, "an argument")
        try expect(.colon)
        let type = try typeReference()
        let directives = try directives(isConst: true)
        return FieldDefinition(
            description: description, name: name, arguments: arguments, type: type, directives: directives,
            range: range(from: start))
    }

    // ArgumentsDefinition : ( InputValueDefinition+ ) (section 3.6.1)
    // InputFieldsDefinition : { InputValueDefinition+ } (section 3.10)
    mutating func inputValues(
        _ opening: Token.Kind, _ closing: Token.Kind, _ what: StaticString
    ) throws(SyntaxError) -> [InputValueDefinition] {
        guard try skip(opening) else { return [] }
        if token.kind == closing {
            throw unexpected(
                what, hint: closing == .braceClose ? "Leave out the empty \"{}\"." : "Leave out the empty \"()\".")
        }
        var values: [InputValueDefinition] = []
        repeat { values.append(try inputValueDefinition(what, closing)) } while try !skip(closing)
        return values
    }

    // InputValueDefinition : Description? Name : Type DefaultValue? Directives[Const]? (section
    // 3.6.1)
    private mutating func inputValueDefinition(
        _ what: StaticString, _ closing: Token.Kind
    ) throws(SyntaxError) -> InputValueDefinition {
        let start = token.start
        let description = try description()
        guard token.kind == .name else {
            throw unexpected(description == nil ? "\(what) or \(closing.expected)" : "\(what)")
        }
        let name = try name(what)
        try expect(.colon)
        let type = try typeReference()
        let defaultValue = try defaultValue()
        let directives = try directives(isConst: true)
        return InputValueDefinition(
            description: description, name: name, type: type, defaultValue: defaultValue, directives: directives,
            range: range(from: start))
    }

    // UnionMemberTypes : UnionMemberTypes | NamedType | = |? NamedType (section 3.8)
    private mutating func unionMemberTypes() throws(SyntaxError) -> [Name] {
        guard try skip(.equals) else { return [] }
        _ = try skip(.pipe)
        var members: [Name] = []
        repeat { members.append(try name("a type name")) } while try skip(.pipe)
        return members
    }

    // EnumValuesDefinition : { EnumValueDefinition+ } (section 3.9)
    private mutating func enumValuesDefinition() throws(SyntaxError) -> [EnumValueDefinition] {
        guard try skip(.braceOpen) else { return [] }
        if token.kind == .braceClose { throw unexpected("an enum value", hint: "Leave out the empty \"{}\".") }
        var values: [EnumValueDefinition] = []
        repeat { values.append(try enumValueDefinition()) } while try !skip(.braceClose)
        return values
    }

    // EnumValueDefinition : Description? EnumValue Directives[Const]? (section 3.9)
    private mutating func enumValueDefinition() throws(SyntaxError) -> EnumValueDefinition {
        let start = token.start
        let description = try description()
        if isKeyword("true") || isKeyword("false") || isKeyword("null") {
            throw unexpected("an enum value", hint: "\"true\", \"false\" and \"null\" cannot be enum values.")
        }
        let name = try name(description == nil ? "an enum value or \"}\"" : "an enum value")
        let directives = try directives(isConst: true)
        return EnumValueDefinition(
            description: description, name: name, directives: directives, range: range(from: start))
    }
}
