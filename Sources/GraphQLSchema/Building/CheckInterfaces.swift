import Diagnostics
import GraphQLLanguage

/// Sections 3.6 and 3.7, IsValidImplementation: types have all that their interfaces require.
extension SchemaCheck {
    mutating func implementedInterfaces(of type: TypeDefinition) {
        let owner = type.name.value
        var seen: [String: SourceRange] = [:]
        for name in type.interfaces {
            if let first = seen[name.value] {
                problems.addRepeated(
                    "Type \"\(owner)\" implements \"\(name.value)\" more than once.", at: name.range, first: first)
                continue
            }
            seen[name.value] = name.range
            guard let interface = draft.types[name.value], interface.form == .interface else {
                if let form = form(name.value) {
                    problems.add(
                        "Type \"\(owner)\" cannot implement \"\(name.value)\", which is \(form.withArticle).",
                        at: name.range)
                } else {
                    unknownType(name) { $0 == .interface }
                }
                continue
            }
            if name.value == owner {
                problems.add("Interface \"\(owner)\" cannot implement itself.", at: name.range)
                continue
            }
            inheritedInterfaces(of: interface, missingIn: type, at: name)
            for field in interface.fields { implementation(of: field, interface: interface, in: type, at: name) }
        }
    }

    private mutating func inheritedInterfaces(
        of interface: TypeDefinition, missingIn type: TypeDefinition, at name: Name
    ) {
        let own = Set(type.interfaces.map(\.value))
        for inherited in interface.interfaces where !own.contains(inherited.value) && inherited.value != type.name.value
        {
            problems.add(
                "Type \"\(type.name.value)\" must also implement \"\(inherited.value)\", because \"\(interface.name.value)\" does.",
                at: name.range)
        }
    }

    private mutating func implementation(
        of promised: FieldDefinition, interface: TypeDefinition, in type: TypeDefinition, at name: Name
    ) {
        let owner = type.name.value, promise = "\(interface.name.value).\(promised.name.value)"
        guard let field = type.fields.first(where: { $0.name.value == promised.name.value }) else {
            problems.add("Type \"\(owner)\" must have the field \"\(promise)\" of its interface.", at: name.range)
            return
        }
        let place = "\(owner).\(field.name.value)"
        for argument in promised.arguments {
            guard let own = field.arguments.first(where: { $0.name.value == argument.name.value }) else {
                problems.add(
                    "Field \"\(place)\" must have the argument \"\(argument.name.value)\" of \"\(promise)\".",
                    at: field.name.range)
                continue
            }
            let expected = WrappedType(argument.type), found = WrappedType(own.type)
            if expected != found {
                problems.add(
                    "Argument \"\(own.name.value)\" of field \"\(place)\" must be of type \"\(expected)\" as in \"\(promise)\", not \"\(found)\".",
                    at: own.type.range)
            }
        }
        for extra in field.arguments
        where extra.isRequired && !promised.arguments.contains(where: { $0.name.value == extra.name.value }) {
            problems.add(
                "Argument \"\(extra.name.value)\" of field \"\(place)\" must not be required, because \"\(promise)\" does not have it.",
                at: extra.name.range)
        }
        let expected = WrappedType(promised.type), found = WrappedType(field.type)
        if form(expected.name) != nil, form(found.name) != nil, !isImplementation(found, of: expected) {
            problems.add(
                "Field \"\(place)\" must be of type \"\(expected)\" as \"\(promise)\", or of a subtype; it is of type \"\(found)\".",
                at: field.type.range)
        }
        if let directive = field.directives.first(where: { $0.name.value == "deprecated" }),
            !promised.directives.contains(where: { $0.name.value == "deprecated" })
        {
            problems.add("Field \"\(place)\" cannot be deprecated while \"\(promise)\" is not.", at: directive.range)
        }
    }

    /// IsValidImplementationFieldType.
    private func isImplementation(_ type: WrappedType, of expected: WrappedType) -> Bool {
        switch (type, expected) {
        case (.nonNull(let inner), _): isImplementation(inner, of: expected.nullable)
        case (.list(let item), .list(let expectedItem)): isImplementation(item, of: expectedItem)
        case (.named(let name), .named(let expectedName)): isSubtype(name, of: expectedName)
        case (.list, .named), (.list, .nonNull), (.named, .list), (.named, .nonNull): false
        }
    }

    /// IsSubType.
    private func isSubtype(_ name: String, of expected: String) -> Bool {
        guard name != expected else { return true }
        guard let type = draft.types[name], let superType = draft.types[expected] else { return false }
        return switch superType.kind {
        case .union(let members): type.form == .object && members.contains { $0.value == name }
        case .interface: type.interfaces.contains { $0.value == expected }
        case .scalar, .object, .enum, .inputObject: false
        }
    }

    /// Interfaces that implement each other in a cycle could never be satisfied.
    mutating func interfaceCycles() {
        var graph = ReferenceGraph()
        for type in draft.orderedTypes where type.form == .interface {
            for interface in type.interfaces where interface.value != type.name.value {
                graph.add(
                    .init(from: type.name.value, to: interface.value, label: type.name.value, range: interface.range))
            }
        }
        for cycle in graph.cycles() {
            let path = (cycle.map(\.label) + [cycle[0].label]).map { "\"\($0)\"" }.joined(separator: " → ")
            problems.add("Interfaces cannot implement each other in a ring: \(path).", at: cycle[0].range)
        }
    }
}
