import GraphQLSchema
import YAMLTree

extension YAMLNode {
    /// A YAML value as the input of the scalar `typeName`: an unquoted `5` is a number where a
    /// number is wanted, and a text where a text is.
    package func scalarInput(for typeName: String) -> ScalarInput {
        switch content {
        case .sequence(let items): return .list(items.map { $0.scalarInput(for: typeName) })
        case .mapping(let members): return .object(members.map { ($0.key.text, $0.value.scalarInput(for: typeName)) })
        case .scalar(let text, .quoted): return .string(text)
        case .scalar(let text, .plain):
            switch typeName {
            case "Int", "Float", "BigInt", "Decimal": return Self.number(text) ?? .string(text)
            case "Boolean": return Self.boolean(text) ?? .string(text)
            case "JSON": return isNull ? .null : Self.boolean(text) ?? Self.number(text) ?? .string(text)
            default: return .string(text)
            }
        }
    }

    private static func boolean(_ text: String) -> ScalarInput? {
        switch text {
        case "true", "True", "TRUE": .boolean(true)
        case "false", "False", "FALSE": .boolean(false)
        default: nil
        }
    }

    /// A number as JSON spells it.
    private static func number(_ text: String) -> ScalarInput? {
        var rest = Substring(text)
        if rest.first == "-" { rest.removeFirst() }
        func digits() -> Int {
            let run = rest.utf8.prefix { (0x30...0x39).contains($0) }
            let count = run.count
            rest = rest.dropFirst(count)
            return count
        }
        let startsWithZero = rest.first == "0"
        let whole = digits()
        guard whole > 0, !startsWithZero || whole == 1 else { return nil }
        if rest.isEmpty { return .int(text) }
        if rest.first == "." {
            rest.removeFirst()
            guard digits() > 0 else { return nil }
        }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
            guard digits() > 0 else { return nil }
        }
        return rest.isEmpty ? .float(text) : nil
    }
}
