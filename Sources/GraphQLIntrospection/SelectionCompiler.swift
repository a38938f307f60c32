import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation

/// Compiles one request's selections on introspection's types.
struct SelectionCompiler {
    let operation: ValidatedOperation
    let variables: VariableValues

    /// The selections of `field` on introspection's type `Member.typeName`. As large as the
    /// expanded operation, which ``ValidationLimits/selections`` bounds.
    func selection<Member: IntrospectionMember>(
        of field: CollectedField, _: Member.Type = Member.self
    ) -> MemberSelection<Member> {
        guard case .object(let object)? = operation.schema.type(Member.typeName) else {
            return MemberSelection(members: [])
        }
        let collected = collectFields(field.selectionSets, on: object, in: operation, variables: variables)
        return MemberSelection(
            members: collected.compactMap { inner in Member(inner, self).map { ("\"\(inner.responseKey)\":", $0) } })
    }

    /// The argument `includeDeprecated`; false by default.
    func includesDeprecated(_ field: CollectedField) -> Bool {
        switch argument("includeDeprecated", of: field) {
        case .boolean(let flag, _)?: flag
        case .variable(let name)?: value(of: name) == .boolean(true)
        case .int?, .float?, .string?, .null?, .enumValue?, .list?, .object?, nil: false
        }
    }

    /// A string argument; `nil` if it is not a string.
    func text(_ name: String, of field: CollectedField) -> String? {
        switch argument(name, of: field) {
        case .string(let text)?: return text.value
        case .variable(let name)?:
            guard case .string(let text)? = value(of: name) else { return nil }
            return text
        case .int?, .float?, .boolean?, .null?, .enumValue?, .list?, .object?, nil: return nil
        }
    }

    /// All nodes of one response name have the same arguments (section 5.3.2).
    private func argument(_ name: String, of field: CollectedField) -> Value? {
        field.nodes.first?.arguments.first { $0.name.value == name }?.value
    }

    private func value(of variable: Name) -> InputValue? {
        operation.variables.firstIndex { $0.name == variable.value }.flatMap { variables[$0] }
    }
}
