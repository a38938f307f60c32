import Diagnostics

@testable import GraphQLLanguage

/// The one value that `text` spells (section 2.10); variables only where `allowVariables` says so.
func parseValue(
    _ text: String, limits: ParseLimits = .init(), allowVariables: Bool = false
) throws(SyntaxError) -> Value {
    try withParser(Array(text.utf8), limits) { parser throws(SyntaxError) in
        let value = try parser.value(isConst: !allowVariables)
        try parser.expectEnd()
        return value
    }
}

/// The one type that `text` spells (section 2.12), such as `[String!]!`.
func parseType(_ text: String, limits: ParseLimits = .init()) throws(SyntaxError) -> TypeReference {
    try withParser(Array(text.utf8), limits) { parser throws(SyntaxError) in
        let type = try parser.typeReference()
        try parser.expectEnd()
        return type
    }
}
