import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// `@list`: what `schema.graphql` writes on a list field from which arguments, filters and orders
/// are derived. Clients never see it.
enum ListDirective {
    static let name = "list"

    /// The document with the directive declared, where it does not declare it itself: what its uses
    /// are checked against.
    static func declared(in document: Document) -> Document {
        let isDeclared = document.definitions.contains { definition in
            if case .typeSystem(.directive(let directive)) = definition { directive.name.value == name } else { false }
        }
        if isDeclared { return document }
        let definition = DirectiveDefinition(name: Name(name), locations: [Name("FIELD_DEFINITION")])
        return Document(definitions: document.definitions + [.typeSystem(.directive(definition))])
    }

    static func isDefinition(_ definition: Definition) -> Bool {
        if case .typeSystem(.directive(let directive)) = definition { directive.name.value == name } else { false }
    }
}

extension FieldType {
    var isDerivedList: Bool { directives.contains { $0.name.value == ListDirective.name } }
}

extension FieldDefinition {
    var isDerivedList: Bool { directives.contains { $0.name.value == ListDirective.name } }
}
