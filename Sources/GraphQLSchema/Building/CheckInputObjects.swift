import Diagnostics
import GraphQLLanguage

/// Section 3.10: the fields of input objects, and OneOf ones.
extension SchemaCheck {
    mutating func inputFields(_ fields: [InputValueDefinition], of type: TypeDefinition) {
        let owner = type.name.value
        if fields.isEmpty {
            problems.add("Input object \"\(owner)\" must define at least one field.", at: type.name.range)
        }
        unique(fields.map(\.name)) { "Input field \"\(owner).\($0)\"" }
        let isOneOf = type.isOneOf
        for field in fields {
            let place = "input field \"\(owner).\(field.name.value)\""
            reserved(field.name)
            inputPosition(field.type, "Input field \"\(owner).\(field.name.value)\"")
            deprecation(field, place)
            guard isOneOf else { continue }
            if case .nonNull = field.type {
                problems.add(
                    "Field \"\(owner).\(field.name.value)\" of a oneOf input object must be nullable.",
                    at: field.type.range)
            }
            if let value = field.defaultValue {
                problems.add(
                    "Field \"\(owner).\(field.name.value)\" of a oneOf input object cannot have a default.",
                    at: value.range)
            }
        }
    }

    /// No finite value exists for a cycle of fields that are all non-null and singular.
    mutating func inputObjectCycles() {
        var graph = ReferenceGraph()
        for type in draft.orderedTypes {
            for field in type.inputFields {
                guard case .nonNull(.named(let target), _) = field.type, draft.types[target.value]?.form == .inputObject
                else { continue }
                graph.add(
                    .init(
                        from: type.name.value, to: target.value, label: "\(type.name.value).\(field.name.value)",
                        range: field.name.range))
            }
        }
        for cycle in graph.cycles() {
            let path = cycle.map { "\"\($0.label)\"" }.joined(separator: " → ")
            problems.add(
                "Input object \"\(cycle[0].from)\" requires a value of itself, which no value can have: \(path).",
                at: cycle[0].range, hint: "Make one of these fields nullable or a list.")
        }
    }
}
