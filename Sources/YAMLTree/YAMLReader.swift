import Diagnostics
import ExactText

/// Reads typed values from the nodes of one file and collects all problems.
///
/// Each reading returns `nil` after adding a diagnostic if the node is not what was requested.
public struct YAMLReader: Sendable {
    public let source: SourceText
    public private(set) var diagnostics: [Diagnostic] = []

    public init(_ source: SourceText) { self.source = source }

    public mutating func report(_ message: String, at range: SourceRange?, hint: String? = nil) {
        diagnostics.append(Diagnostic(message, file: source.name, range: range, hint: hint))
    }

    public mutating func report(contentsOf others: [Diagnostic]) { diagnostics += others }

    /// Throws what was collected, if anything was.
    public func finish() throws(Diagnostics) { if !diagnostics.isEmpty { throw Diagnostics(diagnostics) } }

    /// The parsed root of the file; reports errors, and an empty file.
    public mutating func root(limits: YAMLLimits = .standard) -> YAMLNode? {
        do throws(Diagnostics) {
            if let root = try parseYAML(source, limits: limits) { return root }
            report("The file is empty.", at: SourceRange(0, 0), hint: "Write `{}` for a file that says nothing.")
        } catch {
            report(contentsOf: error.items)
        }
        return nil
    }

    /// A mapping; reports other keys. `what` names it in sentences, such as `a field`.
    public mutating func mapping(_ node: YAMLNode, allowedKeys: [String]? = nil, as what: String) -> YAMLMapping? {
        guard case .mapping(let members) = node.content else {
            report("Expected \(what) as a mapping, found \(node.kindDescription).", at: node.range)
            return nil
        }
        guard let allowedKeys else { return YAMLMapping(members: members, range: node.range) }
        for member in members where !allowedKeys.contains(member.key) {
            report(unknownKey: member, allowed: allowedKeys, in: what)
        }
        return YAMLMapping(members: members.filter { allowedKeys.contains($0.key) }, range: node.range)
    }

    /// Reports an unknown key, with a suggestion or the known keys.
    public mutating func report(unknownKey member: YAMLMember, allowed: [String], in what: String) {
        let known = allowed.isEmpty ? "None is expected." : "Known are: \(allowed.joined(separator: ", "))."
        report(
            "The key `\(member.key)` is not known in \(what).", at: member.keyRange,
            hint: didYouMean(suggestion(for: member.key.text, among: allowed)) ?? known)
    }

    public mutating func sequence(_ node: YAMLNode, as what: String) -> [YAMLNode]? {
        if case .sequence(let items) = node.content { return items }
        report("Expected \(what) as a list, found \(node.kindDescription).", at: node.range)
        return nil
    }

    /// A scalar's text, quoted or not; `null` is not text.
    public mutating func string(_ node: YAMLNode, as what: String) -> String? {
        if case .scalar(let text, _) = node.content, !node.isNull { return text }
        report("Expected \(what) as a text, found \(node.kindDescription).", at: node.range)
        return nil
    }

    public mutating func strings(_ node: YAMLNode, as what: String) -> [String]? {
        guard let items = sequence(node, as: what) else { return nil }
        let texts = items.map { string($0, as: "an item of \(what)") }
        return texts.contains(nil) ? nil : texts.compactMap(\.self)
    }

    /// `true` or `false`, without quotation marks.
    public mutating func bool(_ node: YAMLNode, as what: String) -> Bool? {
        if case .scalar(let text, .plain) = node.content {
            if ["true", "True", "TRUE"].contains(text) { return true }
            if ["false", "False", "FALSE"].contains(text) { return false }
        }
        report("Expected \(what) as `true` or `false`, found \(node.kindDescription).", at: node.range)
        return nil
    }

    /// An unquoted whole number in decimal digits, within `range`.
    public mutating func int(_ node: YAMLNode, in range: ClosedRange<Int> = Int.min...Int.max, as what: String) -> Int?
    {
        guard case .scalar(let text, .plain) = node.content, let value = Int(text), !text.hasPrefix("+") else {
            report("Expected \(what) as a whole number, found \(node.kindDescription).", at: node.range)
            return nil
        }
        guard range.contains(value) else {
            let bounds =
                range.upperBound == Int.max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            report(
                "Expected \(what) \(bounds), found \(node.isHidden ? "a value that is not shown" : String(value)).",
                at: node.range)
            return nil
        }
        return value
    }

    /// One of several words.
    public mutating func choice(_ node: YAMLNode, of words: [String], as what: String) -> String? {
        guard let text = string(node, as: what) else { return nil }
        if words.contains(ExactString(text)) { return text }
        let known = words.map { "`\($0)`" }.joined(separator: ", ")
        report(
            "Expected \(what) as one of \(known), found `\(node.shownText)`.", at: node.range,
            hint: node.isHidden ? nil : didYouMean(suggestion(for: text, among: words)))
        return nil
    }
}

/// The members of a mapping, by key and in order.
public struct YAMLMapping: Sendable {
    public let members: [YAMLMember]
    public let range: SourceRange
    private let index: [ExactString: Int]

    public init(members: [YAMLMember], range: SourceRange) {
        self.members = members
        self.range = range
        index = Dictionary(
            members.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    public subscript(_ key: String) -> YAMLNode? { index[key].map { members[$0].value } }

    public subscript(_ key: ExactString) -> YAMLNode? { index[key].map { members[$0].value } }

    public func member(_ key: String) -> YAMLMember? { index[key].map { members[$0] } }
}
