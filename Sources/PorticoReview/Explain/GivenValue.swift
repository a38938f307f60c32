import Diagnostics
import ExactText
import GraphQLLanguage
import JSONBytes

/// The value of an argument, from the document or the variables, if it may contain field names.
indirect enum GivenValue {
    /// A string or an enum value.
    case text(String, SourceRange)
    case list([GivenValue])
    case object([(name: String, range: SourceRange, value: GivenValue)])
    /// A number, a Boolean or null, which contains no names.
    case other
    /// A variable without a value.
    case missing(variable: String)

    /// `variables` are those of the request, and the defaults of the others. The nesting of a value
    /// is bounded by the parser of the document or of the variables.
    init(_ value: Value, variables: [ExactString: GivenValue]) {
        switch value {
        case .variable(let name):
            self = (variables[name.value] ?? .missing(variable: name.value)).placed(at: name.range)
        case .enumValue(let name): self = .text(name.value, name.range)
        case .string(let text): self = .text(text.value, text.range)
        case .list(let items, _): self = .list(items.map { GivenValue($0, variables: variables) })
        case .object(let fields, _):
            self = .object(fields.map { ($0.name.value, $0.name.range, GivenValue($0.value, variables: variables)) })
        case .int, .float, .boolean, .null: self = .other
        }
    }

    init(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .text(text, .none)
        case .array(let items): self = .list(items.map { GivenValue($0) })
        case .object(let members): self = .object(members.map { ($0.key.text, .none, GivenValue($0.value)) })
        case .null, .bool, .number: self = .other
        }
    }

    /// For the document, the content of a variable is located where the variable is used.
    private func placed(at range: SourceRange) -> GivenValue {
        switch self {
        case .text(let text, _): .text(text, range)
        case .list(let items): .list(items.map { $0.placed(at: range) })
        case .object(let members): .object(members.map { ($0.name, range, $0.value.placed(at: range)) })
        case .other, .missing: self
        }
    }
}
