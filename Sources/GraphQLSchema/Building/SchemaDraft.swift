import Diagnostics
import GraphQLLanguage

/// A document's definitions by name, with their extensions merged in. Only the uniqueness of type
/// and directive names is checked.
struct SchemaDraft {
    private(set) var schema: SchemaDefinition?
    private(set) var types: [String: TypeDefinition] = [:]
    /// In the order of their definitions.
    private(set) var typeOrder: [String] = []
    private(set) var directives: [String: DirectiveDefinition] = [:]
    private(set) var directiveOrder: [String] = []

    init(_ document: Document, _ problems: inout ProblemList) {
        // Extensions may precede what they extend.
        for definition in document.definitions {
            switch definition {
            case .operation(let operation):
                problems.add(
                    "A schema document cannot contain operations.", at: operation.name?.range ?? operation.range)
            case .fragment(let fragment):
                problems.add("A schema document cannot contain fragments.", at: fragment.name.range)
            case .typeSystem(.schema(let schema)): define(schema, &problems)
            case .typeSystem(.type(let type)): define(type, &problems)
            case .typeSystem(.directive(let directive)): define(directive, &problems)
            case .typeSystemExtension: break
            }
        }
        for definition in document.definitions {
            switch definition {
            case .typeSystemExtension(.schema(let schema)): extend(schema, &problems)
            case .typeSystemExtension(.type(let type)): extend(type, &problems)
            case .operation, .fragment, .typeSystem: break
            }
        }
    }

    var orderedTypes: [TypeDefinition] { typeOrder.compactMap { types[$0] } }
    var orderedDirectives: [DirectiveDefinition] { directiveOrder.compactMap { directives[$0] } }

    // MARK: Definitions (section 3.3: names are unique)

    private mutating func define(_ definition: SchemaDefinition, _ problems: inout ProblemList) {
        if let first = schema {
            problems.addRepeated("There is more than one schema definition.", at: definition.range, first: first.range)
        } else {
            schema = definition
        }
    }

    private mutating func define(_ type: TypeDefinition, _ problems: inout ProblemList) {
        let name = type.name.value
        if SpecifiedScalars.names.contains(name) || IntrospectionTypes.names.contains(name) {
            problems.add("Type \"\(name)\" is GraphQL's own and cannot be defined.", at: type.name.range)
        } else if let first = types[name] {
            problems.addRepeated(
                "Type \"\(name)\" is defined more than once.", at: type.name.range, first: first.name.range)
        } else {
            types[name] = type
            typeOrder.append(name)
        }
    }

    private mutating func define(_ directive: DirectiveDefinition, _ problems: inout ProblemList) {
        let name = directive.name.value
        if let first = directives[name] {
            problems.addRepeated(
                "Directive \"@\(name)\" is defined more than once.", at: directive.name.range, first: first.name.range)
        } else {
            directives[name] = directive
            directiveOrder.append(name)
        }
    }

    // MARK: Extensions (sections 3.3.2 and 3.4.3 on)

    private mutating func extend(_ definition: SchemaDefinition, _ problems: inout ProblemList) {
        guard var extended = schema else {
            problems.add(
                "There is no schema definition to extend.", at: definition.range, hint: "Write \"schema { query: … }\"."
            )
            return
        }
        extended.directives += definition.directives
        extended.operationTypes += definition.operationTypes
        schema = extended
    }

    private mutating func extend(_ definition: TypeDefinition, _ problems: inout ProblemList) {
        let name = definition.name.value
        if SpecifiedScalars.names.contains(name) || IntrospectionTypes.names.contains(name) {
            problems.add("Type \"\(name)\" is GraphQL's own and cannot be extended.", at: definition.name.range)
            return
        }
        guard var type = types[name] else {
            problems.add(
                "There is no type \"\(name)\" to extend.", at: definition.name.range,
                hint: didYouMean(suggestion(for: name, among: typeOrder)))
            return
        }
        switch (type.kind, definition.kind) {
        case (.scalar, .scalar): break
        case (.object(let interfaces, let fields), .object(let moreInterfaces, let moreFields)):
            type.kind = .object(interfaces: interfaces + moreInterfaces, fields: fields + moreFields)
        case (.interface(let interfaces, let fields), .interface(let moreInterfaces, let moreFields)):
            type.kind = .interface(interfaces: interfaces + moreInterfaces, fields: fields + moreFields)
        case (.union(let members), .union(let more)): type.kind = .union(members: members + more)
        case (.enum(let values), .enum(let more)): type.kind = .enum(values: values + more)
        case (.inputObject(let fields), .inputObject(let more)):
            type.kind = .inputObject(fields: fields + more)
            for directive in definition.directives where directive.name.value == "oneOf" {
                problems.add(
                    "An extension cannot make input object \"\(name)\" a oneOf one.", at: directive.range,
                    hint: "Write \"@oneOf\" at its definition.")
            }
        case (.scalar, _), (.object, _), (.interface, _), (.union, _), (.enum, _), (.inputObject, _):
            problems.add(
                "Type \"\(name)\" is \(type.form.withArticle) and cannot be extended as \(definition.form.withArticle).",
                at: definition.name.range, hint: "Write \"extend \(type.form.keyword) \(name)\".")
            return
        }
        type.directives += definition.directives
        types[name] = type
    }
}

/// The six kinds of named types (section 3.4).
enum TypeForm {
    case scalar, object, interface, union, `enum`, inputObject

    var keyword: String {
        switch self {
        case .scalar: "scalar"
        case .object: "type"
        case .interface: "interface"
        case .union: "union"
        case .enum: "enum"
        case .inputObject: "input"
        }
    }

    var withArticle: String {
        switch self {
        case .scalar: "a scalar"
        case .object: "an object"
        case .interface: "an interface"
        case .union: "a union"
        case .enum: "an enum"
        case .inputObject: "an input object"
        }
    }

    /// Section 3.4.2.
    var isInput: Bool {
        switch self {
        case .scalar, .enum, .inputObject: true
        case .object, .interface, .union: false
        }
    }

    var isOutput: Bool { self != .inputObject }
}

extension TypeDefinition {
    var form: TypeForm {
        switch kind {
        case .scalar: .scalar
        case .object: .object
        case .interface: .interface
        case .union: .union
        case .enum: .enum
        case .inputObject: .inputObject
        }
    }

    /// Of objects and interfaces; else empty.
    var interfaces: [Name] {
        switch kind {
        case .object(let interfaces, _), .interface(let interfaces, _): interfaces
        case .scalar, .union, .enum, .inputObject: []
        }
    }

    /// Of objects and interfaces; else empty.
    var fields: [FieldDefinition] {
        switch kind {
        case .object(_, let fields), .interface(_, let fields): fields
        case .scalar, .union, .enum, .inputObject: []
        }
    }

    /// Of input objects; else empty.
    var inputFields: [InputValueDefinition] {
        if case .inputObject(let fields) = kind { fields } else { [] }
    }

    var isOneOf: Bool { form == .inputObject && directives.contains { $0.name.value == "oneOf" } }
}
