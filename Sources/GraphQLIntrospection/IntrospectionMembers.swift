import GraphQLValidation

/// The selections on each of introspection's types (section 4.2): a tree that is compiled once per
/// request and then written for every type, field and argument of the schema.
///
/// The initializer returns `nil` for an unknown field, which no valid operation contains.
protocol IntrospectionMember {
    static var typeName: String { get }
    init?(_ field: CollectedField, _ compiler: SelectionCompiler)
}

/// The selected members in the order of the answer, each with its encoded key: `"name":`.
struct MemberSelection<Member: IntrospectionMember> {
    var members: [(key: String, member: Member)]
}

enum SchemaMember: IntrospectionMember {
    case typename
    case description
    case types(MemberSelection<TypeMember>)
    case queryType(MemberSelection<TypeMember>)
    case mutationType(MemberSelection<TypeMember>)
    case subscriptionType(MemberSelection<TypeMember>)
    case directives(MemberSelection<DirectiveMember>)

    static let typeName = "__Schema"

    init?(_ field: CollectedField, _ compiler: SelectionCompiler) {
        switch field.name {
        case "__typename": self = .typename
        case "description": self = .description
        case "types": self = .types(compiler.selection(of: field))
        case "queryType": self = .queryType(compiler.selection(of: field))
        case "mutationType": self = .mutationType(compiler.selection(of: field))
        case "subscriptionType": self = .subscriptionType(compiler.selection(of: field))
        case "directives": self = .directives(compiler.selection(of: field))
        default: return nil
        }
    }
}

enum TypeMember: IntrospectionMember {
    case typename
    case kind
    case name
    case description
    case specifiedByURL
    case isOneOf
    case fields(MemberSelection<FieldMember>, includeDeprecated: Bool)
    case interfaces(MemberSelection<TypeMember>)
    case possibleTypes(MemberSelection<TypeMember>)
    case enumValues(MemberSelection<EnumValueMember>, includeDeprecated: Bool)
    case inputFields(MemberSelection<InputValueMember>, includeDeprecated: Bool)
    case ofType(MemberSelection<TypeMember>)

    static let typeName = "__Type"

    init?(_ field: CollectedField, _ compiler: SelectionCompiler) {
        switch field.name {
        case "__typename": self = .typename
        case "kind": self = .kind
        case "name": self = .name
        case "description": self = .description
        case "specifiedByURL": self = .specifiedByURL
        case "isOneOf": self = .isOneOf
        case "fields":
            self = .fields(compiler.selection(of: field), includeDeprecated: compiler.includesDeprecated(field))
        case "interfaces": self = .interfaces(compiler.selection(of: field))
        case "possibleTypes": self = .possibleTypes(compiler.selection(of: field))
        case "enumValues":
            self = .enumValues(compiler.selection(of: field), includeDeprecated: compiler.includesDeprecated(field))
        case "inputFields":
            self = .inputFields(compiler.selection(of: field), includeDeprecated: compiler.includesDeprecated(field))
        case "ofType": self = .ofType(compiler.selection(of: field))
        default: return nil
        }
    }
}

enum FieldMember: IntrospectionMember {
    case typename
    case name
    case description
    case args(MemberSelection<InputValueMember>, includeDeprecated: Bool)
    case type(MemberSelection<TypeMember>)
    case isDeprecated
    case deprecationReason

    static let typeName = "__Field"

    init?(_ field: CollectedField, _ compiler: SelectionCompiler) {
        switch field.name {
        case "__typename": self = .typename
        case "name": self = .name
        case "description": self = .description
        case "args": self = .args(compiler.selection(of: field), includeDeprecated: compiler.includesDeprecated(field))
        case "type": self = .type(compiler.selection(of: field))
        case "isDeprecated": self = .isDeprecated
        case "deprecationReason": self = .deprecationReason
        default: return nil
        }
    }
}

enum InputValueMember: IntrospectionMember {
    case typename
    case name
    case description
    case type(MemberSelection<TypeMember>)
    case defaultValue
    case isDeprecated
    case deprecationReason

    static let typeName = "__InputValue"

    init?(_ field: CollectedField, _ compiler: SelectionCompiler) {
        switch field.name {
        case "__typename": self = .typename
        case "name": self = .name
        case "description": self = .description
        case "type": self = .type(compiler.selection(of: field))
        case "defaultValue": self = .defaultValue
        case "isDeprecated": self = .isDeprecated
        case "deprecationReason": self = .deprecationReason
        default: return nil
        }
    }
}

enum EnumValueMember: IntrospectionMember {
    case typename
    case name
    case description
    case isDeprecated
    case deprecationReason

    static let typeName = "__EnumValue"

    init?(_ field: CollectedField, _ compiler: SelectionCompiler) {
        switch field.name {
        case "__typename": self = .typename
        case "name": self = .name
        case "description": self = .description
        case "isDeprecated": self = .isDeprecated
        case "deprecationReason": self = .deprecationReason
        default: return nil
        }
    }
}

enum DirectiveMember: IntrospectionMember {
    case typename
    case name
    case description
    case isRepeatable
    case locations
    case args(MemberSelection<InputValueMember>, includeDeprecated: Bool)

    static let typeName = "__Directive"

    init?(_ field: CollectedField, _ compiler: SelectionCompiler) {
        switch field.name {
        case "__typename": self = .typename
        case "name": self = .name
        case "description": self = .description
        case "isRepeatable": self = .isRepeatable
        case "locations": self = .locations
        case "args": self = .args(compiler.selection(of: field), includeDeprecated: compiler.includesDeprecated(field))
        default: return nil
        }
    }
}
