import Diagnostics
import GraphQLLanguage

/// Sections 3.8 and 3.9: members of unions, values of enums; 3.13.4: scalars' specifications.
extension SchemaCheck {
    mutating func unionMembers(_ members: [Name], of type: TypeDefinition) {
        let owner = type.name.value
        if members.isEmpty { problems.add("Union \"\(owner)\" must have at least one member.", at: type.name.range) }
        var seen: [String: SourceRange] = [:]
        for member in members {
            if let first = seen[member.value] {
                problems.addRepeated(
                    "Union \"\(owner)\" names member \"\(member.value)\" more than once.", at: member.range,
                    first: first)
                continue
            }
            seen[member.value] = member.range
            switch form(member.value) {
            case .object?: break
            case nil: unknownType(member) { $0 == .object }
            case .some(let form):
                problems.add(
                    "Member \"\(member.value)\" of union \"\(owner)\" must be an object, but it is \(form.withArticle).",
                    at: member.range)
            }
        }
    }

    mutating func enumValues(_ values: [EnumValueDefinition], of type: TypeDefinition) {
        let owner = type.name.value
        if values.isEmpty { problems.add("Enum \"\(owner)\" must define at least one value.", at: type.name.range) }
        unique(values.map(\.name)) { "Value \"\(owner).\($0)\"" }
        for value in values {
            reserved(value.name)
            if ["true", "false", "null"].contains(value.name.value) {
                problems.add("An enum value cannot be called \"\(value.name.value)\".", at: value.name.range)
            }
        }
    }

    /// It must at least be an address: `scheme:` followed by something (RFC 3986, section 3).
    mutating func specifiedBy(_ type: TypeDefinition) {
        for directive in type.directives where directive.name.value == "specifiedBy" {
            guard case .string(let url)? = directive.arguments.first(where: { $0.name.value == "url" })?.value else {
                continue
            }
            let parts = url.value.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            let isURL =
                parts.count == 2 && Self.isScheme(parts[0]) && url.value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            if !isURL {
                problems.add(
                    "\(quotedText(url.value)) is not a URL.", at: url.range,
                    hint: "A URL begins with a scheme, such as \"https:\".")
            }
        }
    }

    private static func isScheme(_ bytes: Substring.UTF8View) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) }
    }
}
