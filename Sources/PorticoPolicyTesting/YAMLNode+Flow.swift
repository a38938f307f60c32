import Diagnostics
import YAMLTree

extension YAMLNode {
    /// Equivalent YAML on one line.
    var flowText: String {
        switch content {
        case .sequence(let items): return "[\(items.map(\.flowText).joined(separator: ", "))]"
        case .mapping(let members):
            return "{\(members.map { "\(Self.quoted($0.key.text)): \($0.value.flowText)" }.joined(separator: ", "))}"
        case .scalar(_, .plain) where isNull: return "null"
        // Plain scalars that may be numbers or Booleans stay plain; quoting does not change others.
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
    static func mapping(_ key: String, _ value: YAMLNode) -> YAMLNode {
        YAMLNode(.mapping([YAMLMember(key: key, keyRange: .none, value: value)]), range: .none)
    }
}
