import Diagnostics
import ExactText

/// A value of a YAML text and its place: a scalar, a sequence, or a mapping in textual order.
///
/// Scalars keep their spelling; the reader that knows the expected type decides what a plain `5` or
/// `true` means (``YAMLReader``).
public struct YAMLNode: Sendable, Hashable {
    public indirect enum Content: Sendable {
        case scalar(String, YAMLScalarStyle)
        case sequence([YAMLNode])
        case mapping([YAMLMember])
    }

    public var content: Content
    /// Without trailing comments and white space.
    public var range: SourceRange
    /// Whether messages must not repeat it: of a secret key, or from the environment.
    public var isHidden = false

    public init(_ content: Content, range: SourceRange) { (self.content, self.range) = (content, range) }

    /// The text of a scalar.
    public var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// A plain null scalar (YAML 1.2, 10.3.2): `null`, `~`, or no text at all.
    public var isNull: Bool {
        if case .scalar(let text, .plain) = content { ["", "~", "null", "Null", "NULL"].contains(text) } else { false }
    }

    /// The kind of node, for sentences such as «Expected a list, found …».
    public var kindDescription: String {
        switch content {
        case .scalar where isNull: "nothing"
        case .scalar where isHidden: "a value that is not shown"
        case .scalar(let text, _): "`\(text.count > 40 ? text.prefix(40) + "…" : text)`"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

extension YAMLNode {
    /// A scalar's text for a message.
    public var shownText: String { isHidden ? HiddenValues.mark : text ?? "" }

    /// The tree with the values of keys that hold secrets, and everything below them, hidden.
    public func hidingSecrets(_ isBelowOne: Bool = false) -> YAMLNode {
        var copy = self
        copy.isHidden = isHidden || isBelowOne
        switch content {
        case .scalar: break
        case .sequence(let items): copy.content = .sequence(items.map { $0.hidingSecrets(isBelowOne) })
        case .mapping(let members):
            copy.content = .mapping(
                members.map { member in
                    YAMLMember(
                        key: member.key, keyRange: member.keyRange,
                        value: member.value.hidingSecrets(isBelowOne || HiddenValues.isHidden(key: member.key.text)))
                })
        }
        return copy
    }
}

/// Compares bytes.
extension YAMLNode.Content: Hashable {
    public static func == (left: YAMLNode.Content, right: YAMLNode.Content) -> Bool {
        switch (left, right) {
        case (.scalar(let a, let style), .scalar(let b, let other)): style == other && a.hasSameBytes(as: b)
        case (.sequence(let a), .sequence(let b)): a == b
        case (.mapping(let a), .mapping(let b)): a == b
        case (.scalar, _), (.sequence, _), (.mapping, _): false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .scalar(let text, let style):
            hasher.combine(ExactString(text))
            hasher.combine(style)
        case .sequence(let items): hasher.combine(items)
        case .mapping(let members): hasher.combine(members)
        }
    }
}

/// Whether a scalar was unquoted, so that `true` may be a Boolean, or is always text.
public enum YAMLScalarStyle: Sendable, Hashable {
    case plain
    /// In single or double quotation marks, or as a block (`|`, `>`).
    case quoted
}

/// A key of a mapping and its value.
public struct YAMLMember: Sendable, Hashable {
    public var key: ExactString
    public var keyRange: SourceRange
    public var value: YAMLNode

    public init(key: ExactString, keyRange: SourceRange, value: YAMLNode) {
        (self.key, self.keyRange, self.value) = (key, keyRange, value)
    }

    public init(key: String, keyRange: SourceRange, value: YAMLNode) {
        self.init(key: ExactString(key), keyRange: keyRange, value: value)
    }
}
