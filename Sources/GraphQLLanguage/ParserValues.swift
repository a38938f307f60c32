import Diagnostics

extension Parser {
    // Value[Const] : [~Const] Variable | IntValue | FloatValue | StringValue | BooleanValue |
    // NullValue | EnumValue
    //              | ListValue[?Const] | ObjectValue[?Const] (section 2.10)
    // BooleanValue : one of `true` `false`; NullValue : `null`; EnumValue : Name but not `true`,
    // `false` or `null`
    mutating func value(isConst: Bool, orElse closing: String = "") throws(SyntaxError) -> Value {
        let range = token.range
        switch token.kind {
        case .int:
            let text = spelling()
            try advance()
            return .int(text, range)
        case .float:
            let text = spelling()
            try advance()
            return .float(text, range)
        case .string, .blockString:
            return .string(try stringValue())
        case .name:
            if try skipKeyword("true") { return .boolean(true, range) }
            if try skipKeyword("false") { return .boolean(false, range) }
            if try skipKeyword("null") { return .null(range) }
            return .enumValue(try name("an enum value"))
        case .bracketOpen: return try listValue(isConst: isConst)
        case .braceOpen: return try objectValue(isConst: isConst)
        case .dollar:
            let name = try variable()
            guard isConst else { return .variable(name) }
            throw SyntaxError(
                "Expected a constant value, found the variable \"$\(name.value)\".", range: range.through(name.range))
        default: throw unexpected("a value\(closing)")
        }
    }

    // ListValue[Const] : [ ] | [ Value[?Const]+ ] (section 2.10.7)
    private mutating func listValue(isConst: Bool) throws(SyntaxError) -> Value {
        let start = token.start
        try enter()
        try advance()
        var values: [Value] = []
        while try !skip(.bracketClose) { values.append(try value(isConst: isConst, orElse: " or \"]\"")) }
        leave()
        return .list(values, range(from: start))
    }

    // ObjectValue[Const] : { } | { ObjectField[?Const]+ } (section 2.10.8)
    private mutating func objectValue(isConst: Bool) throws(SyntaxError) -> Value {
        let start = token.start
        try enter()
        try advance()
        var fields: [ObjectField] = []
        while try !skip(.braceClose) { fields.append(try objectField(isConst: isConst)) }
        leave()
        return .object(fields, range(from: start))
    }

    // ObjectField[Const] : Name : Value[?Const] (section 2.10.8)
    private mutating func objectField(isConst: Bool) throws(SyntaxError) -> ObjectField {
        let start = token.start
        let name = try name("the name of an input field or \"}\"")
        try expect(.colon)
        let value = try value(isConst: isConst)
        return ObjectField(name: name, value: value, range: range(from: start))
    }

    // Variable : $ Name (section 2.11). The name's range includes the `$`.
    mutating func variable() throws(SyntaxError) -> Name {
        let start = token.start
        try expect(.dollar)
        var name = try name("the name of a variable")
        name.range = range(from: start)
        return name
    }

    // DefaultValue : = Value[Const] (section 2.11)
    mutating func defaultValue() throws(SyntaxError) -> Value? {
        guard try skip(.equals) else { return nil }
        return try value(isConst: true)
    }

    // Type : NamedType | ListType | NonNullType; ListType : [ Type ]; NonNullType : NamedType ! |
    // ListType ! (section 2.12)
    mutating func typeReference() throws(SyntaxError) -> TypeReference {
        let start = token.start
        let type: TypeReference
        if token.kind == .bracketOpen {
            try enter()
            try advance()
            let inner = try typeReference()
            try expect(.bracketClose)
            leave()
            type = .list(inner, range(from: start))
        } else {
            type = .named(try name("a type"))
        }
        return try skip(.bang) ? .nonNull(type, range(from: start)) : type
    }

    // Directives[Const] : Directive[?Const]+ (section 2.13)
    @inline(__always) mutating func directives(isConst: Bool) throws(SyntaxError) -> [Directive] {
        guard token.kind == .at else { return [] }
        return try someDirectives(isConst: isConst)
    }

    // Directive[Const] : @ Name Arguments[?Const]? (section 2.13)
    private mutating func someDirectives(isConst: Bool) throws(SyntaxError) -> [Directive] {
        var directives: [Directive] = []
        while token.kind == .at {
            let start = token.start
            try advance()
            let name = try name("the name of a directive")
            let arguments = try arguments(isConst: isConst)
            directives.append(Directive(name: name, arguments: arguments, range: range(from: start)))
        }
        return directives
    }

    // Arguments[Const] : ( Argument[?Const]+ ) (section 2.6)
    @inline(__always) mutating func arguments(isConst: Bool) throws(SyntaxError) -> [Argument] {
        guard token.kind == .parenOpen else { return [] }
        return try someArguments(isConst: isConst)
    }

    // Argument[Const] : Name : Value[?Const] (section 2.6)
    private mutating func someArguments(isConst: Bool) throws(SyntaxError) -> [Argument] {
        try advance()
        if token.kind == .parenClose { throw unexpected("an argument", hint: "Leave out the empty \"()\".") }
        var arguments: [Argument] = []
        repeat {
            let start = token.start
            let name = try name("an argument or \")\"")
            try expect(.colon)
            let value = try value(isConst: isConst)
            arguments.append(Argument(name: name, value: value, range: range(from: start)))
        } while try !skip(.parenClose)
        return arguments
    }
}
