import GraphQLSchema

/// Limits of JSON values, so that `jsonb` accepts them.
enum JSONInputLimits {
    /// Nested lists and objects. Guards against exhausting the stack, ours and PostgreSQL's.
    static let depth = 64
}

/// The text of one JSON value. Throws if `jsonb` would raise an error: a NUL character, a number
/// that `numeric` cannot hold, a value nested too deep.
func jsonText(_ input: ScalarInput) throws(CoercionFailure) -> String {
    try checkJSON(input, depth: 0)
    return input.jsonText
}

private func checkJSON(_ input: ScalarInput, depth: Int) throws(CoercionFailure) {
    guard depth <= JSONInputLimits.depth else {
        throw CoercionFailure(
            "JSON cannot represent a value that is nested deeper than \(JSONInputLimits.depth) levels.")
    }
    switch input {
    case .null, .boolean: return
    case .int(let text), .float(let text):
        do throws(CoercionFailure) { _ = try decimalText(text) } catch {
            throw CoercionFailure(error.message.replacingPrefix("Decimal", with: "JSON"))
        }
    case .string(let text): try checkJSON(text: text)
    case .enumValue(let name): throw CoercionFailure("JSON cannot represent \(name): put a text in quotation marks.")
    case .list(let items): for item in items { try checkJSON(item, depth: depth + 1) }
    case .object(let members):
        for member in members {
            try checkJSON(text: member.name)
            try checkJSON(member.value, depth: depth + 1)
        }
    }
}

private func checkJSON(text: String) throws(CoercionFailure) {
    if text.utf8.contains(0) { throw CoercionFailure("JSON cannot represent a text with a NUL character (U+0000).") }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}
