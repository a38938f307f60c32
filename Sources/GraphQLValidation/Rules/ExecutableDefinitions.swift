import Diagnostics
import GraphQLLanguage

/// A document to execute holds operations and fragments only.
/// https://spec.graphql.org/September2025/#sec-Executable-Definitions
enum ExecutableDefinitions {
    static let rule = "Executable Definitions"

    static func check(_ document: Document, _ context: ValidationContext) {
        for definition in document.definitions {
            guard let (name, range) = typeSystem(definition) else { continue }
            context.errors.add(
                rule, at: range, message: "\(name) cannot be executed: a request holds only operations and fragments.")
        }
    }

    private static func typeSystem(_ definition: Definition) -> (name: String, range: SourceRange)? {
        switch definition {
        case .operation, .fragment: nil
        case .typeSystem(.schema(let schema)): ("A schema definition", schema.range)
        case .typeSystem(.type(let type)): ("The definition of type \(type.name.value.quoted)", type.name.range)
        case .typeSystem(.directive(let directive)):
            ("The definition of directive \("@\(directive.name.value)".quoted)", directive.name.range)
        case .typeSystemExtension(.schema(let schema)): ("An extension of the schema", schema.range)
        case .typeSystemExtension(.type(let type)): ("The extension of type \(type.name.value.quoted)", type.name.range)
        }
    }
}
