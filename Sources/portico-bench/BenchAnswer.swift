import JSONBytes

/// One answer of a gateway.
struct BenchAnswer {
    /// The HTTP status; 200 for a gateway without HTTP.
    var status: Int
    var body: [UInt8]

    /// Why it does not count as answered, in one line; `nil` for an answer without errors.
    var problem: String? { body.withUnsafeBytes { Self.problem(status: status, body: $0) } }

    /// Looks for a member `errors`. First searches for its quoted name, which strings within an
    /// answer cannot contain unescaped: nearly all answers need no parsing.
    static func problem(status: Int, body: UnsafeRawBufferPointer) -> String? {
        guard status == 200 else { return "status \(status): \(beginning(of: body))" }
        guard !body.isEmpty else { return "the answer is empty" }
        guard errorsName.first(in: body) != nil else { return nil }
        do throws(JSONError) {
            var reader = JSONReader(body, limits: limits), found: JSONValue?
            try reader.readObject { reader, name throws(JSONError) in
                if reader.string(name) == "errors" {
                    found = try reader.readValue()
                } else {
                    _ = try reader.skipValue()
                }
            }
            guard let found else { return nil }
            if case .array(let items) = found, case .string(let message)? = items.first?["message"] {
                return shortened(message)
            }
            return "errors of no known form: \(beginning(of: body))"
        } catch {
            return "the answer is not JSON: \(error)"
        }
    }

    func value() throws(JSONError) -> JSONValue { try parseJSON(body, limits: Self.limits) }

    private static let errorsName = ByteSearch("\"errors\"")
    private static let limits = JSONLimits(bytes: BenchLimits.bodyBytes, values: BenchLimits.checkedValues)

    private static func beginning(of body: UnsafeRawBufferPointer) -> String {
        shortened(String(decoding: body.prefix(4 * BenchLimits.shownCharacters), as: UTF8.self))
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > BenchLimits.shownCharacters ? line.prefix(BenchLimits.shownCharacters - 1) + "…" : line
    }
}
