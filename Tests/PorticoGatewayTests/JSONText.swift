import JSONBytes

/// JSON as expectations write it: one member a line, so that a change shows in a diff.
enum JSONText {
    static func members(_ text: String) throws -> [JSONMember] {
        guard case .object(let members) = try parseJSON(Array(text.utf8)) else {
            throw SpotexFailure(description: "variables are an object")
        }
        return members
    }

    static func pretty(_ bytes: [UInt8]) throws -> String { pretty(try parseJSON(bytes), indent: "") + "\n" }

    private static func pretty(_ value: JSONValue, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .array(let items) where !items.isEmpty:
            return "[\n" + items.map { inner + pretty($0, indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            return "{\n"
                + members.map { "\(inner)\"\($0.key)\": \(pretty($0.value, indent: inner))" }.joined(separator: ",\n")
                + "\n\(indent)}"
        default:
            let buffer = ResponseBuffer()
            value.write(into: buffer)
            return String(decoding: buffer.takeBytes(), as: UTF8.self)
        }
    }
}
