import Diagnostics

extension Parser {
    // TypeSystemExtension : SchemaExtension | TypeExtension (section 3.1)
    mutating func typeSystemExtension() throws(SyntaxError) -> TypeSystemExtension {
        let start = token.start
        try advance()
        if isKeyword("schema") { return .schema(try schemaExtension(start)) }
        guard let form = typeForm() else {
            let keywords = ["schema", "scalar", "type", "interface", "union", "enum", "input"]
            let hint = token.kind == .name ? didYouMean(suggestion(for: spelling(), among: keywords)) : nil
            throw unexpected("\"schema\" or the keyword of a type", hint: hint)
        }
        return .type(try typeExtension(form, start))
    }

    // SchemaExtension : `extend` `schema` Directives[Const]? { RootOperationTypeDefinition+ }
    //                 | `extend` `schema` Directives[Const] [lookahead != `{`] (section 3.3.2)
    private mutating func schemaExtension(_ start: Int) throws(SyntaxError) -> SchemaDefinition {
        try advance()
        let directives = try directives(isConst: true)
        let types = try rootOperationTypes()
        guard !directives.isEmpty || !types.isEmpty else {
            throw unexpected("directives or \"{\"", hint: "An extension cannot be empty.")
        }
        return SchemaDefinition(directives: directives, operationTypes: types, range: range(from: start))
    }

    // TypeExtension : as the definitions after `extend`, but with at least one of the parts that
    // are optional there; a scalar has directives alone (sections 3.5.3, 3.6.3, 3.7.1, 3.8.1,
    // 3.9.1, 3.10.1)
    private mutating func typeExtension(_ form: TypeForm, _ start: Int) throws(SyntaxError) -> TypeDefinition {
        let type = try typeDefinition(form, nil, start)
        let (isBare, expected): (Bool, StaticString) =
            switch type.kind {
            case .scalar: (true, "directives")
            case .object(let interfaces, let fields), .interface(let interfaces, let fields):
                (interfaces.isEmpty && fields.isEmpty, "\"implements\", directives or \"{\"")
            case .union(let members): (members.isEmpty, "directives or \"=\"")
            case .enum(let values): (values.isEmpty, "directives or \"{\"")
            case .inputObject(let fields): (fields.isEmpty, "directives or \"{\"")
            }
        if isBare, type.directives.isEmpty { throw unexpected(expected, hint: "An extension cannot be empty.") }
        return type
    }
}
