import Diagnostics

/// A parsed document, independent of a schema (GraphQL, September 2025, section 2.2).
public struct Document: Sendable, Equatable {
    public var definitions: [Definition]

    public init(definitions: [Definition]) { self.definitions = definitions }
}

public enum Definition: Sendable, Equatable {
    case operation(OperationDefinition)
    case fragment(FragmentDefinition)
    case typeSystem(TypeSystemDefinition)
    case typeSystemExtension(TypeSystemExtension)
}

/// A name and its place.
public struct Name: Sendable, Equatable {
    public var value: String
    public var range: SourceRange

    public init(_ value: String, range: SourceRange = .none) { (self.value, self.range) = (value, range) }
}

public enum OperationKind: String, Sendable, Equatable, CaseIterable { case query, mutation, subscription }

public struct OperationDefinition: Sendable, Equatable {
    public var description: StringValue?
    public var kind: OperationKind
    public var name: Name?
    public var variables: [VariableDefinition] = []
    public var directives: [Directive] = []
    public var selectionSet: SelectionSet
    public var range: SourceRange = .none
}

public struct VariableDefinition: Sendable, Equatable {
    public var description: StringValue?
    /// Without the `$`.
    public var name: Name
    public var type: TypeReference
    public var defaultValue: Value?
    public var directives: [Directive] = []
    public var range: SourceRange = .none
}

public struct FragmentDefinition: Sendable, Equatable {
    public var description: StringValue?
    public var name: Name
    public var typeCondition: Name
    public var directives: [Directive] = []
    public var selectionSet: SelectionSet
    public var range: SourceRange = .none
}

public struct SelectionSet: Sendable, Equatable {
    public var selections: [Selection]
    public var range: SourceRange

    public init(_ selections: [Selection], range: SourceRange = .none) {
        (self.selections, self.range) = (selections, range)
    }
}

public indirect enum Selection: Sendable, Equatable {
    case field(Field)
    case fragmentSpread(FragmentSpread)
    case inlineFragment(InlineFragment)
}

public struct Field: Sendable, Equatable {
    public var alias: Name?
    public var name: Name
    public var arguments: [Argument] = []
    public var directives: [Directive] = []
    public var selectionSet: SelectionSet?
    public var range: SourceRange = .none

    /// The alias, or else the name.
    public var responseKey: Name { alias ?? name }
}

public struct FragmentSpread: Sendable, Equatable {
    public var name: Name
    public var directives: [Directive] = []
    public var range: SourceRange = .none
}

public struct InlineFragment: Sendable, Equatable {
    public var typeCondition: Name?
    public var directives: [Directive] = []
    public var selectionSet: SelectionSet
    public var range: SourceRange = .none
}

public struct Argument: Sendable, Equatable {
    public var name: Name
    public var value: Value
    public var range: SourceRange

    public init(name: Name, value: Value, range: SourceRange = .none) {
        (self.name, self.value, self.range) = (name, value, range)
    }
}

public struct Directive: Sendable, Equatable {
    /// Without the `@`.
    public var name: Name
    public var arguments: [Argument]
    public var range: SourceRange

    public init(name: Name, arguments: [Argument] = [], range: SourceRange = .none) {
        (self.name, self.arguments, self.range) = (name, arguments, range)
    }
}
