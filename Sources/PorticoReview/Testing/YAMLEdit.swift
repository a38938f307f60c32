import Diagnostics
import ExactText
import YAMLTree

/// A change of one value of a YAML text.
struct YAMLEdit: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case key(ExactString)
        case index(Int)
    }

    enum Change: Sendable, Equatable {
        case remove
        /// Also where there is nothing yet, as a further key of a mapping.
        case set(YAMLNode)
        /// A further item of a list.
        case append(YAMLNode)
    }

    var path: [Step]
    var change: Change
}

extension YAMLNode {
    /// The tree with a change made; as it is where the path leads nowhere.
    func applying(_ edit: YAMLEdit) -> YAMLNode { applying(edit.path[...], edit.change) }

    private func applying(_ path: ArraySlice<YAMLEdit.Step>, _ change: YAMLEdit.Change) -> YAMLNode {
        var copy = self
        guard let step = path.first else {
            switch (change, content) {
            case (.set(let node), _): return node
            case (.append(let node), .sequence(let items)): copy.content = .sequence(items + [node])
            case (.append, _), (.remove, _): break
            }
            return copy
        }
        switch (step, content) {
        case (.key(let key), .mapping(var members)):
            let place = members.firstIndex { $0.key == key }
            if path.count == 1, change == .remove {
                members.removeAll { $0.key == key }
            } else if let place {
                members[place].value = members[place].value.applying(path.dropFirst(), change)
            } else if path.count == 1, case .set(let node) = change {
                members.append(YAMLMember(key: key, keyRange: range, value: node))
            }
            copy.content = .mapping(members)
        case (.index(let index), .sequence(var items)) where items.indices.contains(index):
            if path.count == 1, change == .remove {
                items.remove(at: index)
            } else {
                items[index] = items[index].applying(path.dropFirst(), change)
            }
            copy.content = .sequence(items)
        case (.key, _), (.index, _): break
        }
        return copy
    }

    /// The value at a path.
    func value(at path: [YAMLEdit.Step]) -> YAMLNode? {
        var node = self
        for step in path {
            switch (step, node.content) {
            case (.key(let key), .mapping(let members)):
                guard let member = members.first(where: { $0.key == key }) else { return nil }
                node = member.value
            case (.index(let index), .sequence(let items)) where items.indices.contains(index): node = items[index]
            case (.key, _), (.index, _): return nil
            }
        }
        return node
    }

    /// A text of YAML that reads as this tree, on one line.
    var flowText: String {
        switch content {
        case .sequence(let items): return "[\(items.map(\.flowText).joined(separator: ", "))]"
        case .mapping(let members):
            return "{\(members.map { "\(Self.quoted($0.key.text)): \($0.value.flowText)" }.joined(separator: ", "))}"
        case .scalar(_, .plain) where isNull: return "null"
        // What may mean a number or a boolean where it is plain is kept so; no other text changes
        // by quotation marks.
        case .scalar(let text, .plain)
        where text.utf8.first != UInt8(ascii: "-") && text.utf8.allSatisfy(Self.isSimple): return text
        case .scalar(let text, .plain) where Double(text) != nil: return text
        case .scalar(let text, _): return Self.quoted(text)
        }
    }

    private static func isSimple(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "$"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F || (0x80...0x9F).contains(scalar.value)
                    || scalar.value == 0xFEFF
                {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    static func text(_ text: String) -> YAMLNode { YAMLNode(.scalar(text, .plain), range: .none) }
    static func mapping(_ members: [(String, YAMLNode)]) -> YAMLNode {
        YAMLNode(.mapping(members.map { YAMLMember(key: $0.0, keyRange: .none, value: $0.1) }), range: .none)
    }
}
