import Diagnostics
import GraphQLLanguage

/// Section 3.13: definitions of directives.
extension SchemaCheck {
    mutating func directiveDefinitions() {
        for directive in draft.orderedDirectives {
            let place = "directive \"@\(directive.name.value)\""
            reserved(directive.name)
            if directive.locations.isEmpty {
                problems.add(
                    "Directive \"@\(directive.name.value)\" must have at least one location.", at: directive.name.range)
            }
            for location in directive.locations where DirectiveLocation(rawValue: location.value) == nil {
                problems.add(
                    "There is no directive location \"\(location.value)\".", at: location.range,
                    hint: didYouMean(suggestion(for: location.value, among: DirectiveLocation.allCases.map(\.rawValue)))
                )
            }
            unique(directive.locations, "named") { "Location \"\($0)\" of \(place)" }
            unique(directive.arguments.map(\.name)) { "Argument \"\($0)\" of \(place)" }
            for argument in directive.arguments {
                reserved(argument.name)
                inputPosition(argument.type, "Argument \"\(argument.name.value)\" of \(place)")
                deprecation(argument, "argument \"\(argument.name.value)\" of \(place)")
            }
            if let specified = SpecifiedDirectives.definitions[directive.name.value], !Self.isSame(directive, specified)
            {
                problems.add(
                    "The definition of \"@\(directive.name.value)\" differs from GraphQL's own.",
                    at: directive.name.range, hint: "Leave it out.")
            } else if refersToItself(directive) {
                problems.add(
                    "Directive \"@\(directive.name.value)\" refers to itself through its arguments.",
                    at: directive.name.range)
            }
        }
    }

    /// A document may repeat specified definitions, as printed schemas do.
    private static func isSame(_ directive: DirectiveDefinition, _ specified: DirectiveDefinition) -> Bool {
        func signature(_ definition: DirectiveDefinition) -> [String: WrappedType] {
            Dictionary(
                definition.arguments.map { ($0.name.value, WrappedType($0.type)) },
                uniquingKeysWith: { first, _ in first })
        }
        return directive.isRepeatable == specified.isRepeatable
            && Set(directive.locations.map(\.value)) == Set(specified.locations.map(\.value))
            && signature(directive) == signature(specified)
    }

    private func refersToItself(_ directive: DirectiveDefinition) -> Bool {
        var directives: Set<String> = [], types: Set<String> = []
        var pending = directive.arguments
        func follow(_ used: [Directive]) -> Bool {
            for use in used where directives.insert(use.name.value).inserted {
                if use.name.value == directive.name.value { return true }
                pending += draft.directives[use.name.value]?.arguments ?? []
            }
            return false
        }
        while let input = pending.popLast() {
            if follow(input.directives) { return true }
            guard types.insert(input.type.namedType.value).inserted, let type = draft.types[input.type.namedType.value]
            else { continue }
            if follow(type.directives) { return true }
            switch type.kind {
            case .enum(let values): if values.contains(where: { follow($0.directives) }) { return true }
            case .inputObject(let fields): pending += fields
            case .scalar, .object, .interface, .union: break
            }
        }
        return false
    }
}
