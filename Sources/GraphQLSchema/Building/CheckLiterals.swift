import Diagnostics
import GraphQLLanguage

/// Input coercion of constant values (sections 3.5 to 3.12), for defaults and directives.
extension SchemaCheck {
    /// Reports what does not fit, except for an unknown `type`, which is reported elsewhere.
    /// Recurses as deep as the parser let the value be.
    mutating func literal(_ value: Value, as type: WrappedType) {
        if case .variable(let name) = value {
            problems.add("A schema cannot contain variables, such as \"$\(name.value)\".", at: name.range)
            return
        }
        switch type {
        case .nonNull(let inner):
            if case .null = value {
                return problems.add("Expected a value of type \"\(type)\", found null.", at: value.range)
            }
            literal(value, as: inner)
        case .list(let item):
            if case .null = value { return }
            // A single value is coerced to a list (section 3.11).
            guard case .list(let items, _) = value else { return literal(value, as: item) }
            for value in items { literal(value, as: item) }
        case .named(let name):
            if case .null = value { return }
            named(value, as: name)
        }
    }

    private mutating func named(_ value: Value, as name: String) {
        if let type = draft.types[name] {
            switch type.kind {
            case .scalar: scalar(value, scalars[name] ?? .passThrough)
            case .enum(let values): enumValue(value, of: name, values.map(\.name.value))
            case .inputObject(let fields): inputObject(value, of: type, fields)
            case .object, .interface, .union: break
            }
        } else if let coercion = SpecifiedScalars.coercion(name) {
            scalar(value, coercion)
        }
    }

    private mutating func scalar(_ value: Value, _ coercion: ScalarCoercion) {
        guard let input = ScalarInput(literal: value) else { return }
        do throws(CoercionFailure) {
            _ = try coercion.coerce(input)
        } catch {
            problems.add(error.message, at: value.range)
        }
    }

    private mutating func enumValue(_ value: Value, of name: String, _ known: [String]) {
        guard case .enumValue(let given) = value else {
            var hint: String?
            if case .string(let text) = value, known.contains(text.value) {
                hint = "Write \(text.value) without quotes."
            }
            problems.add(
                "Expected a value of enum \"\(name)\", found \(ScalarInput(literal: value)?.summary ?? "something else").",
                at: value.range, hint: hint)
            return
        }
        guard !known.contains(given.value) else { return }
        problems.add(
            "Enum \"\(name)\" has no value \"\(given.value)\".", at: given.range,
            hint: didYouMean(suggestion(for: given.value, among: known)))
    }

    private mutating func inputObject(_ value: Value, of type: TypeDefinition, _ fields: [InputValueDefinition]) {
        let name = type.name.value
        guard case .object(let given, _) = value else {
            problems.add(
                "Expected an input object \"\(name)\", found \(ScalarInput(literal: value)?.summary ?? "something else").",
                at: value.range)
            return
        }
        unique(given.map(\.name), "given") { "Field \"\($0)\" of this value" }
        for member in given {
            if let field = fields.first(where: { $0.name.value == member.name.value }) {
                literal(member.value, as: WrappedType(field.type))
                if type.isOneOf, case .null = member.value {
                    problems.add("The field of a oneOf value cannot be null.", at: member.value.range)
                }
            } else {
                problems.add(
                    "Input object \"\(name)\" has no field \"\(member.name.value)\".", at: member.name.range,
                    hint: didYouMean(suggestion(for: member.name.value, among: fields.map(\.name.value))))
            }
        }
        for field in fields where field.isRequired && !given.contains(where: { $0.name.value == field.name.value }) {
            problems.add(
                "Field \"\(field.name.value)\" of type \"\(WrappedType(field.type))\" is missing in this value of \"\(name)\".",
                at: value.range)
        }
        if type.isOneOf, given.count != 1 {
            problems.add("A value of oneOf input object \"\(name)\" must have exactly one field.", at: value.range)
        }
    }
}
