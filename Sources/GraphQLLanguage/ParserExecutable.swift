import Diagnostics

extension Parser {
    // OperationType : one of `query` `mutation` `subscription` (section 2.3). Looks only, reads
    // nothing.
    func operationKind() -> OperationKind? {
        if isKeyword("query") { return .query }
        if isKeyword("mutation") { return .mutation }
        if isKeyword("subscription") { return .subscription }
        return nil
    }

    // OperationDefinition : Description? OperationType Name? VariablesDefinition? Directives?
    // SelectionSet (section 2.3)
    mutating func operationDefinition(
        _ kind: OperationKind, _ description: StringValue?, _ start: Int
    ) throws(SyntaxError) -> OperationDefinition {
        try advance()
        let name: Name? = token.kind == .name ? try name("a name") : nil
        let variables = try variablesDefinition()
        let directives = try directives(isConst: false)
        let selectionSet = try selectionSet()
        return OperationDefinition(
            description: description, kind: kind, name: name, variables: variables, directives: directives,
            selectionSet: selectionSet, range: range(from: start))
    }

    // VariablesDefinition : ( VariableDefinition+ ) (section 2.11)
    private mutating func variablesDefinition() throws(SyntaxError) -> [VariableDefinition] {
        guard try skip(.parenOpen) else { return [] }
        if token.kind == .parenClose { throw unexpected("a variable", hint: "Leave out the empty \"()\".") }
        var variables: [VariableDefinition] = []
        repeat { variables.append(try variableDefinition()) } while try !skip(.parenClose)
        return variables
    }

    // VariableDefinition : Description? Variable : Type DefaultValue? Directives[Const]? (section
    // 2.11)
    private mutating func variableDefinition() throws(SyntaxError) -> VariableDefinition {
        let start = token.start
        let description = try description()
        guard token.kind == .dollar else { throw unexpected(description == nil ? "a variable or \")\"" : "a variable") }
        let name = try variable()
        try expect(.colon)
        let type = try typeReference()
        let defaultValue = try defaultValue()
        let directives = try directives(isConst: true)
        return VariableDefinition(
            description: description, name: name, type: type, defaultValue: defaultValue, directives: directives,
            range: range(from: start))
    }

    // SelectionSet : { Selection+ } (section 2.4)
    mutating func selectionSet() throws(SyntaxError) -> SelectionSet {
        let start = token.start
        try enter()
        guard try skip(.braceOpen) else { throw unexpected("a selection set") }
        if token.kind == .braceClose {
            throw unexpected("a field or fragment", hint: "A selection set cannot be empty.")
        }
        var selections: [Selection] = []
        repeat { selections.append(try selection()) } while try !skip(.braceClose)
        leave()
        return SelectionSet(selections, range: range(from: start))
    }

    // Selection : Field | FragmentSpread | InlineFragment (section 2.4)
    private mutating func selection() throws(SyntaxError) -> Selection {
        switch token.kind {
        case .name: return .field(try field())
        case .spread: return try spreadOrInlineFragment()
        case .dollar: throw unexpected("a field, a fragment or \"}\"", hint: "Variables stand in arguments.")
        default: throw unexpected("a field, a fragment or \"}\"")
        }
    }

    // Field : Alias? Name Arguments? Directives? SelectionSet? (section 2.5); Alias : Name :
    // (section 2.7)
    private mutating func field() throws(SyntaxError) -> Field {
        let start = token.start
        var name = try name("a field name")
        var alias: Name?
        if try skip(.colon) {
            alias = name
            name = try self.name("a field name")
        }
        let arguments = try arguments(isConst: false)
        let directives = try directives(isConst: false)
        let selectionSet: SelectionSet? = token.kind == .braceOpen ? try selectionSet() : nil
        return Field(
            alias: alias, name: name, arguments: arguments, directives: directives, selectionSet: selectionSet,
            range: range(from: start))
    }

    // FragmentSpread : ... FragmentName Directives? (section 2.8)
    // InlineFragment : ... TypeCondition? Directives? SelectionSet (section 2.8.2)
    private mutating func spreadOrInlineFragment() throws(SyntaxError) -> Selection {
        let start = token.start
        try advance()
        var condition: Name?
        if isKeyword("on") {
            condition = try typeCondition()
        } else if token.kind == .name {
            let name = try name("a fragment name")
            let directives = try directives(isConst: false)
            return .fragmentSpread(FragmentSpread(name: name, directives: directives, range: range(from: start)))
        } else if token.kind != .at, token.kind != .braceOpen {
            throw unexpected("a fragment name, \"on\" or a selection set")
        }
        let directives = try directives(isConst: false)
        let selectionSet = try selectionSet()
        return .inlineFragment(
            InlineFragment(
                typeCondition: condition, directives: directives, selectionSet: selectionSet, range: range(from: start))
        )
    }

    // FragmentDefinition : Description? `fragment` FragmentName TypeCondition Directives?
    // SelectionSet (section 2.8) FragmentName : Name but not `on`
    mutating func fragmentDefinition(
        _ description: StringValue?, _ start: Int
    ) throws(SyntaxError) -> FragmentDefinition {
        try advance()
        if isKeyword("on") { throw unexpected("a fragment name", hint: "A fragment cannot be called \"on\".") }
        let name = try name("a fragment name")
        let condition = try typeCondition()
        let directives = try directives(isConst: false)
        let selectionSet = try selectionSet()
        return FragmentDefinition(
            description: description, name: name, typeCondition: condition, directives: directives,
            selectionSet: selectionSet, range: range(from: start))
    }

    // TypeCondition : `on` NamedType (section 2.8.1)
    private mutating func typeCondition() throws(SyntaxError) -> Name {
        guard try skipKeyword("on") else { throw unexpected("\"on\"") }
        return try name("a type name")
    }
}
