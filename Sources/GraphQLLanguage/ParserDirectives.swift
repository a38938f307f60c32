import Diagnostics

extension Parser {
    // DirectiveDefinition : Description? `directive` @ Name ArgumentsDefinition? `repeatable`? `on`
    // DirectiveLocations (section 3.13)
    mutating func directiveDefinition(
        _ description: StringValue?, _ start: Int
    ) throws(SyntaxError) -> DirectiveDefinition {
        try advance()
        try expect(.at)
        let name = try name("the name of a directive")
        let arguments = try inputValues(.parenOpen, .parenClose, "an argument")
        let isRepeatable = try skipKeyword("repeatable")
        guard try skipKeyword("on") else { throw unexpected(isRepeatable ? "\"on\"" : "\"on\" or \"repeatable\"") }
        let locations = try directiveLocations()
        return DirectiveDefinition(
            description: description, name: name, arguments: arguments, isRepeatable: isRepeatable,
            locations: locations, range: range(from: start))
    }

    // DirectiveLocations : DirectiveLocations | DirectiveLocation | |? DirectiveLocation (section
    // 3.13)
    private mutating func directiveLocations() throws(SyntaxError) -> [Name] {
        _ = try skip(.pipe)
        var locations: [Name] = []
        repeat {
            guard token.kind == .name, Self.knownLocations.contains(spelling()) else {
                let hint =
                    token.kind == .name ? didYouMean(suggestion(for: spelling(), among: Self.knownLocations)) : nil
                throw unexpected("a directive location", hint: hint)
            }
            locations.append(try name("a directive location"))
        } while try skip(.pipe)
        return locations
    }

    // DirectiveLocation : ExecutableDirectiveLocation | TypeSystemDirectiveLocation (section 3.13)
    private static let knownLocations = [
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE",
        "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION",
    ]
}
