import GraphQLSchema

/// A coerced value with open variables, so that a plan serves every request of the operation.
///
/// A part without variables is one `constant`.
public indirect enum SymbolicValue: Sendable, Hashable {
    case constant(InputValue)
    /// By the position in ``ValidatedOperation/variables``. `absent` is the value if the request
    /// gives none and the variable has no default; `nil` means «as if the argument or field were
    /// not written» (and null within a list).
    case variable(Int, absent: InputValue?)
    /// A custom scalar's literal with variables inside.
    case scalar(ScalarWithVariables)
    case list([SymbolicValue])
    /// In the order of the type's definition; only what was given or has a default.
    case object([SymbolicMember])

    /// The value for one request; `nil` if it counts as not written.
    /// ``coerceVariables(_:_:limits:)`` has already refused what a scalar would not accept.
    public func value(with variables: VariableValues) -> InputValue? {
        switch self {
        case .constant(let value): value
        case .variable(let position, let absent): variables[position] ?? absent
        case .scalar(let scalar): (try? scalar.value(with: variables)) ?? .null
        case .list(let items): .list(items.map { $0.value(with: variables) ?? .null })
        case .object(let members):
            .object(
                members.compactMap { member in
                    member.value.value(with: variables).map { InputMember(name: member.name, value: $0) }
                })
        }
    }

    /// The value, if it contains no open variable.
    public var constant: InputValue? {
        if case .constant(let value) = self { value } else { nil }
    }

    /// A list or object whose parts are all constant becomes one constant.
    static func list(folding items: [SymbolicValue]) -> SymbolicValue {
        let constants = items.compactMap(\.constant)
        return constants.count == items.count ? .constant(.list(constants)) : .list(items)
    }

    static func object(folding members: [SymbolicMember]) -> SymbolicValue {
        let constants = members.compactMap { member in
            member.value.constant.map { InputMember(name: member.name, value: $0) }
        }
        return constants.count == members.count ? .constant(.object(constants)) : .object(members)
    }
}

public struct SymbolicMember: Sendable, Hashable {
    public var name: String
    public var value: SymbolicValue
}
