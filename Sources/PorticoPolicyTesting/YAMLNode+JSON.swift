import GraphQLSchema
import JSONBytes
import PorticoCatalog
import YAMLTree

extension YAMLNode {
    /// The JSON value of a YAML value: an unquoted scalar is a number, a Boolean or null if it
    /// reads as one.
    package var jsonValue: JSONValue { JSONValue(scalarInput(for: "JSON")) }
}

extension JSONValue {
    /// As deep as the file is nested.
    fileprivate init(_ input: ScalarInput) {
        switch input {
        case .null: self = .null
        case .boolean(let flag): self = .bool(flag)
        case .int(let text), .float(let text): self = .number(text)
        case .string(let text), .enumValue(let text): self = .string(text)
        case .list(let items): self = .array(items.map { JSONValue($0) })
        case .object(let members): self = .object(members.map { JSONMember(key: $0.name, value: JSONValue($0.value)) })
        }
    }

    /// As JSON on one line.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether both are equal: the order of members is ignored, and numbers compare by value.
    func says(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b || (Double(a).map { $0 == Double(b) } ?? false)
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.says($1) }
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { member in other[member.key].map { member.value.says($0) } ?? false }
        default: false
        }
    }
}
