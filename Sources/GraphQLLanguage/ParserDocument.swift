import Diagnostics

extension Parser {
    // Document : Definition+ (section 2.2)
    mutating func document(allow: DocumentKind) throws(SyntaxError) -> Document {
        guard token.kind != .endOfText else {
            throw SyntaxError("Expected a definition, but the text is empty.", range: token.range)
        }
        var definitions: [Definition] = []
        repeat { definitions.append(try definition(allow: allow)) } while token.kind != .endOfText
        return Document(definitions: definitions)
    }

    // Definition : ExecutableDefinition | TypeSystemDefinitionOrExtension (section 2.2)
    private mutating func definition(allow: DocumentKind) throws(SyntaxError) -> Definition {
        let start = token.start
        if token.kind == .braceOpen {
            guard allow != .typeSystem else { throw notAllowed(.typeSystem) }
            let selectionSet = try selectionSet()
            return .operation(OperationDefinition(kind: .query, selectionSet: selectionSet, range: range(from: start)))
        }
        let description = try description()
        if let kind = operationKind() {
            guard allow != .typeSystem else { throw notAllowed(.typeSystem) }
            return .operation(try operationDefinition(kind, description, start))
        }
        if isKeyword("fragment") {
            guard allow != .typeSystem else { throw notAllowed(.typeSystem) }
            return .fragment(try fragmentDefinition(description, start))
        }
        if isKeyword("extend") {
            guard allow != .executable else { throw notAllowed(.executable) }
            guard description == nil else {
                throw SyntaxError(
                    "An extension cannot have a description.", range: SourceRange(start, lastEnd),
                    hint: "Describe the definition that it extends.")
            }
            return .typeSystemExtension(try typeSystemExtension())
        }
        if let definition = try typeSystemDefinition(description, start, allow: allow) {
            return .typeSystem(definition)
        }
        if description != nil, token.kind == .braceOpen, allow != .typeSystem {
            throw SyntaxError(
                "The short form of a query cannot have a description.", range: SourceRange(start, lastEnd),
                hint: "Write \"query\" before the \"{\".")
        }
        throw unexpectedDefinition(allow, isDescribed: description != nil)
    }

    // Description : StringValue (section 2.3)
    mutating func description() throws(SyntaxError) -> StringValue? {
        guard token.kind == .string || token.kind == .blockString else { return nil }
        return try stringValue()
    }

    // MARK: Errors

    func notAllowed(_ allowed: DocumentKind) -> SyntaxError {
        let message =
            allowed == .typeSystem
            ? "Expected a definition of the type system, found an operation or fragment."
            : "Expected an operation or fragment, found a definition of the type system."
        return SyntaxError(message, range: token.range)
    }

    private static let executableKeywords = ["query", "mutation", "subscription", "fragment"]
    private static let typeSystemKeywords = [
        "schema", "scalar", "type", "interface", "union", "enum", "input", "directive", "extend",
    ]

    private func unexpectedDefinition(_ allow: DocumentKind, isDescribed: Bool) -> SyntaxError {
        let expected: String
        let keywords: [String]
        switch allow {
        case .executable: (expected, keywords) = ("an operation or fragment", Self.executableKeywords)
        case .typeSystem: (expected, keywords) = ("a definition of the type system", Self.typeSystemKeywords)
        case .any: (expected, keywords) = ("a definition", Self.executableKeywords + Self.typeSystemKeywords)
        }
        let hint = token.kind == .name ? didYouMean(suggestion(for: spelling(), among: keywords)) : nil
        return unexpected(isDescribed ? "\(expected) after the description" : expected, hint: hint)
    }
}
