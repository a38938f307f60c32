import ExactText
import GraphQLLanguage

/// A scalar's input from a document or JSON, before coercion.
public indirect enum ScalarInput: Sendable, Equatable {
    case int(String)
    case float(String)
    case string(String)
    case boolean(Bool)
    case enumValue(String)
    case list([ScalarInput])
    case object([(name: String, value: ScalarInput)])
    case null

    public static func == (left: ScalarInput, right: ScalarInput) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)), (.float(let a), .float(let b)), (.string(let a), .string(let b)),
            (.enumValue(let a), .enumValue(let b)):
            a.hasSameBytes(as: b)
        case (.boolean(let a), .boolean(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0.name.hasSameBytes(as: $1.name) && $0.value == $1.value }
        case (.null, .null): true
        default: false
        }
    }

    /// The input of a literal; `nil` if it has a variable. Recurses as deep as the parser allows.
    public init?(literal: Value) {
        guard !literal.holdsVariable else { return nil }
        self.init(literal: literal) { _ in nil }
    }

    /// The input of a literal with its variables' values substituted: `nil` omits a member of an
    /// object, and is null elsewhere. Recurses as deep as the parser let the literal be.
    public init(literal: Value, variable: (Name) -> ScalarInput?) {
        switch literal {
        case .variable(let name): self = variable(name) ?? .null
        case .int(let text, _): self = .int(text)
        case .float(let text, _): self = .float(text)
        case .string(let string): self = .string(string.value)
        case .boolean(let value, _): self = .boolean(value)
        case .null: self = .null
        case .enumValue(let name): self = .enumValue(name.value)
        case .list(let items, _): self = .list(items.map { ScalarInput(literal: $0, variable: variable) })
        case .object(let fields, _):
            self = .object(
                fields.compactMap { field in
                    guard case .variable(let name) = field.value else {
                        return (field.name.value, ScalarInput(literal: field.value, variable: variable))
                    }
                    return variable(name).map { (field.name.value, $0) }
                })
        }
    }

    /// One JSON value (RFC 8259), numbers in their own spelling; an enum value becomes a string.
    public var jsonText: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .int(let text), .float(let text): text
        case .string(let text), .enumValue(let text): quotedText(text)
        case .list(let items): "[" + items.map(\.jsonText).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { quotedText($0.name) + ":" + $0.value.jsonText }.joined(separator: ",") + "}"
        }
    }

    /// For messages: the value itself if short, else its kind.
    var summary: String {
        switch self {
        case .null, .boolean: jsonText
        case .int(let text), .float(let text), .enumValue(let text): Self.clipped(text)
        case .string(let text): quotedText(Self.clipped(text))
        case .list: "a list"
        case .object: "an object"
        }
    }

    /// Characters of a value that a message repeats. Guards against answers as long as the request.
    static let summaryLimit = 60

    private static func clipped(_ text: String) -> String {
        text.count <= summaryLimit ? text : text.prefix(summaryLimit) + "…"
    }
}

extension Value {
    /// Whether it contains a variable. Recurses as deep as the parser let it be.
    public var holdsVariable: Bool {
        switch self {
        case .variable: true
        case .list(let items, _): items.contains(where: \.holdsVariable)
        case .object(let fields, _): fields.contains { $0.value.holdsVariable }
        case .int, .float, .string, .boolean, .null, .enumValue: false
        }
    }
}
