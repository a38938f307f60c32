import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// A variable's type fits each place where it is used.
/// https://spec.graphql.org/September2025/#sec-All-Variable-Usages-Are-Allowed
enum AllVariableUsagesAreAllowed {
    static let rule = "All Variable Usages Are Allowed"

    static func check(_ use: TypedDocument.VariableUse, of variable: VariableDefinition, _ context: ValidationContext) {
        guard let expected = use.type, context.schema.type(variable.type.namedType.value)?.isInput == true else {
            return
        }
        let type = WrappedType(variable.type)
        guard !isAllowed(use, expected, type: type, defaultValue: variable.defaultValue) else { return }
        let place =
            use.inOneOf && !expected.isNonNull
            ? "the field of a OneOf input object, which must not be null," : expected.description.quoted
        context.errors.add(
            rule, at: use.name.range, variable.range,
            message:
                "Variable \("$\(use.name.value)".quoted) of type \(type.description.quoted) cannot be used where \(place) is expected."
        )
    }

    /// IsVariableUsageAllowed.
    private static func isAllowed(
        _ use: TypedDocument.VariableUse, _ expected: WrappedType, type: WrappedType, defaultValue: Value?
    ) -> Bool {
        // «Variables used for OneOf Input Object fields must be non-nullable», even with a default,
        // because the request may still send null.
        if use.inOneOf, !type.isNonNull { return false }
        guard use.isNonNullPosition, !type.isNonNull else { return areCompatible(type, expected) }
        let hasNonNullDefault =
            switch defaultValue {
            case nil, .null?: false
            case .some: true
            }
        return (hasNonNullDefault || use.hasDefault) && areCompatible(type, expected.nullable)
    }

    /// AreTypesCompatible: whether every value of `type` is one of `expected`.
    private static func areCompatible(_ type: WrappedType, _ expected: WrappedType) -> Bool {
        switch (type, expected) {
        case (.nonNull(let type), .nonNull(let expected)): areCompatible(type, expected)
        case (_, .nonNull): false
        case (.nonNull(let type), _): areCompatible(type, expected)
        case (.list(let type), .list(let expected)): areCompatible(type, expected)
        case (.list, _), (_, .list): false
        case (.named(let type), .named(let expected)): type == expected
        }
    }
}
