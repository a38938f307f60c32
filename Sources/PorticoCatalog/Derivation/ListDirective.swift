import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// `@list` marks a list field of `schema.graphql` from which arguments, filters and orders are
/// derived. Clients never see it.
enum ListDirective {
    static let name = "list"

    /// The document with the directive declared, so that its uses can be validated.
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
