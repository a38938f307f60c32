import Diagnostics
import GraphQLLanguage

/// Sections 3.6, 3.7 and 3.6.1: the fields of objects and interfaces, and their arguments.
extension SchemaCheck {
    mutating func outputFields(_ fields: [FieldDefinition], of type: TypeDefinition) {
        let owner = type.name.value
        if fields.isEmpty { problems.add("Type \"\(owner)\" must define at least one field.", at: type.name.range) }
        unique(fields.map(\.name)) { "Field \"\(owner).\($0)\"" }
        for field in fields {
            let place = "field \"\(owner).\(field.name.value)\""
            reserved(field.name)
            outputPosition(field.type, "Field \"\(owner).\(field.name.value)\"")
            unique(field.arguments.map(\.name)) { "Argument \"\($0)\" of \(place)" }
            for argument in field.arguments {
                reserved(argument.name)
                inputPosition(argument.type, "Argument \"\(argument.name.value)\" of \(place)")
                deprecation(argument, "argument \"\(argument.name.value)\" of \(place)")
            }
        }
    }

    private mutating func outputPosition(_ type: TypeReference, _ what: String) {
        let name = type.namedType
        guard let form = form(name.value) else { return unknownType(name) { $0.isOutput } }
        if !form.isOutput {
            problems.add("\(what) cannot be of type \"\(name.value)\", which is an input object.", at: name.range)
        }
    }

    /// Section 3.13.3: a required input cannot be deprecated.
    mutating func deprecation(_ input: InputValueDefinition, _ what: String) {
        guard input.isRequired, let directive = input.directives.first(where: { $0.name.value == "deprecated" }) else {
            return
        }
        problems.add(
            "Required \(what) cannot be deprecated.", at: directive.range,
            hint: "Make its type nullable or give it a default first.")
    }
}
