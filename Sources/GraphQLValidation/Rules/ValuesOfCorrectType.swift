import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// A literal can be coerced to the type that its place expects.
/// https://spec.graphql.org/September2025/#sec-Values-of-Correct-Type
///
/// Rules about input objects are in the files about their fields.
enum ValuesOfCorrectType {
    static let rule = "Values of Correct Type"

    /// False if the value is null and was handled.
    static func checkNull(_ value: Value, type: WrappedType, _ context: ValidationContext) -> Bool {
        guard case .null(let range) = value else { return true }
        if type.isNonNull {
            context.errors.add(
                rule, at: range, message: "Expected a value of type \(type.description.quoted), found null.")
        }
        return false
    }

    /// A value, neither null nor a variable, where a scalar or enum is expected. Types that are not
    /// input types are reported elsewhere.
    ///
    /// - Parameter path: The value's place in its argument, such as `where.status.eq`.
    static func check(_ value: Value, leaf: NamedType, path: @autoclosure () -> String, _ context: ValidationContext) {
        switch leaf {
        case .scalar(let scalar): check(value, scalar: scalar, path: path(), context)
        case .enum(let type): check(value, enum: type, context)
        case .object, .interface, .union, .inputObject: break
        }
    }

    static func reportNoObject(_ value: Value, _ type: InputObjectType, _ context: ValidationContext) {
        context.errors.add(
            rule, at: value.range,
            message:
                "Expected an object of type \(type.name.quoted), found \(context.source.excerpt(value.range)).\(hint(value, type, context))"
        )
    }

    /// A hint with the value in the first field of the object that could hold it, such as a
    /// condition without its operator; empty if that field does not accept it.
    private static func hint(_ value: Value, _ type: InputObjectType, _ context: ValidationContext) -> String {
        guard context.schema.suggestsNames else { return "" }
        let list: [Value]? = if case .list(let items, _) = value { items } else { nil }
        let field = type.fields.first { if case .list = $0.type.nullable { list != nil } else { list == nil } }
        guard let field, let leaf = context.schema.type(field.type.name) else { return "" }
        guard (list ?? [value]).allSatisfy({ isTaken($0, by: leaf) }) else { return "" }
        return " Did you mean {\(field.name): \(context.source.excerpt(value.range))}?"
    }

    private static func isTaken(_ value: Value, by leaf: NamedType) -> Bool {
        switch leaf {
        case .scalar(let scalar):
            return (try? scalar.coercion.coerce(ScalarInput(literal: value) { _ in .null })) != nil
        case .enum(let type):
            if case .enumValue(let name) = value { return type.values[name.value] != nil } else { return false }
        case .object, .interface, .union, .inputObject: return false
        }
    }

    private static func check(
        _ value: Value, scalar: ScalarType, path: @autoclosure () -> String, _ context: ValidationContext
    ) {
        do throws(CoercionFailure) {
            // The values of variables inside are assumed to fit; see ScalarWithVariables.
            _ = try scalar.coercion.coerce(ScalarInput(literal: value) { _ in .null })
        } catch {
            context.errors.add(rule, at: value.range, message: "Value at \(path().quoted): \(error.message)")
        }
    }

    private static func check(_ value: Value, enum type: EnumType, _ context: ValidationContext) {
        switch value {
        case .enumValue(let name):
            guard type.values[name.value] == nil else { return }
            context.errors.add(
                rule, at: name.range,
                message: context.schema.unknownName(
                    "Enum \(type.name.quoted) has no value \(name.value.quoted).", name.value, among: type.values.names)
            )
        case .string(let text):
            context.errors.add(
                rule, at: text.range,
                message: context.schema.unknownName(
                    "Enum \(type.name.quoted) cannot be given as a string: write its value without quotation marks.",
                    text.value, among: type.values.names))
        case .int, .float, .boolean, .list, .object, .null, .variable:
            context.errors.add(
                rule, at: value.range,
                message:
                    "Expected a value of the enum \(type.name.quoted), found \(context.source.excerpt(value.range)).")
        }
    }
}
