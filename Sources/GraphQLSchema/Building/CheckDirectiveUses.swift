import Diagnostics
import GraphQLLanguage

/// Section 3.13 with 5.7 and 5.4: the directives applied in the document.
extension SchemaCheck {
    mutating func directiveUses() {
        if let schema = draft.schema { uses(schema.directives, at: .schema) }
        for type in draft.orderedTypes {
            uses(type.directives, at: type.form.location)
            for field in type.fields {
                uses(field.directives, at: .fieldDefinition)
                for argument in field.arguments { uses(argument.directives, at: .argumentDefinition) }
            }
            if case .enum(let values) = type.kind {
                for value in values { uses(value.directives, at: .enumValue) }
            }
            for field in type.inputFields { uses(field.directives, at: .inputFieldDefinition) }
        }
        for directive in draft.orderedDirectives {
            for argument in directive.arguments { uses(argument.directives, at: .argumentDefinition) }
        }
    }

    private mutating func uses(_ directives: [Directive], at location: DirectiveLocation) {
        var seen: [String: SourceRange] = [:]
        for directive in directives {
            let name = directive.name.value
            guard let definition = SpecifiedDirectives.definitions[name] ?? draft.directives[name] else {
                let known = draft.directiveOrder + SpecifiedDirectives.names
                problems.add(
                    "There is no directive \"@\(name)\".", at: directive.name.range,
                    hint: didYouMean(suggestion(for: name, among: known).map { "@\($0)" }))
                continue
            }
            if !definition.locations.contains(where: { $0.value == location.rawValue }) {
                let legal = definition.locations.map(\.value).joined(separator: ", ")
                problems.add(
                    "Directive \"@\(name)\" cannot stand on \(location.rawValue).", at: directive.name.range,
                    hint: "It may stand on \(legal).")
            }
            if let first = seen[name], !definition.isRepeatable {
                problems.addRepeated(
                    "Directive \"@\(name)\" cannot be repeated.", at: directive.name.range, first: first)
            }
            seen[name] = seen[name] ?? directive.name.range
            arguments(of: directive, definition)
        }
    }

    private mutating func arguments(of directive: Directive, _ definition: DirectiveDefinition) {
        let name = definition.name.value
        unique(directive.arguments.map(\.name), "given") { "Argument \"\($0)\" of directive \"@\(name)\"" }
        for argument in directive.arguments {
            if let known = definition.arguments.first(where: { $0.name.value == argument.name.value }) {
                literal(argument.value, as: WrappedType(known.type))
            } else {
                problems.add(
                    "Directive \"@\(name)\" has no argument \"\(argument.name.value)\".", at: argument.name.range,
                    hint: didYouMean(
                        suggestion(for: argument.name.value, among: definition.arguments.map(\.name.value))))
            }
        }
        for known in definition.arguments
        where known.isRequired && !directive.arguments.contains(where: { $0.name.value == known.name.value }) {
            problems.add(
                "Directive \"@\(name)\" requires argument \"\(known.name.value)\" of type \"\(WrappedType(known.type))\".",
                at: directive.range)
        }
    }
}

extension TypeForm {
    var location: DirectiveLocation {
        switch self {
        case .scalar: .scalar
        case .object: .object
        case .interface: .interface
        case .union: .union
        case .enum: .enum
        case .inputObject: .inputObject
        }
    }
}
