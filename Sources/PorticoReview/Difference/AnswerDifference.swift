import JSONBytes

/// The first difference between two answers to the same operation.
public struct AnswerDifference: Sendable, Equatable {
    /// Such as `data.tickets[2].subject`.
    public var path: String
    /// The value there, shortened; `nothing` if there is none.
    public var old: String
    public var new: String

    /// Characters of a value that are shown. Guards against lines as long as answers.
    static let longest = 60

    /// `nil` if both are equal; the order of an object's members is ignored. It recurses as deep as
    /// the answers are nested, which the parser bounds.
    public static func first(_ old: JSONValue, _ new: JSONValue, path: String = "") -> AnswerDifference? {
        switch (old, new) {
        case (.object(let members), .object(let others)):
            for member in members {
                let inner = path.isEmpty ? member.key.text : "\(path).\(member.key)"
                guard let other = new[member.key] else { return difference(inner, member.value, nil) }
                if let found = first(member.value, other, path: inner) { return found }
            }
            let known = Set(members.map(\.key))
            return others.first { !known.contains($0.key) }.map {
                difference(path.isEmpty ? $0.key.text : "\(path).\($0.key)", nil, $0.value)
            }
        case (.array(let items), .array(let others)):
            for index in 0..<max(items.count, others.count) {
                let inner = "\(path)[\(index)]"
                guard index < items.count else { return difference(inner, nil, others[index]) }
                guard index < others.count else { return difference(inner, items[index], nil) }
                if let found = first(items[index], others[index], path: inner) { return found }
            }
            return nil
        default: return old == new ? nil : difference(path.isEmpty ? "the whole answer" : path, old, new)
        }
    }

    private static func difference(_ path: String, _ old: JSONValue?, _ new: JSONValue?) -> AnswerDifference {
        AnswerDifference(path: path, old: text(old), new: text(new))
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "nothing" }
        let text = String(decoding: value.bytes, as: UTF8.self)
        return text.count > longest ? text.prefix(longest - 1) + "…" : text
    }
}
