import Diagnostics
import JSONBytes
import PorticoGateway

/// The gateway's answer to one question.
public struct CaseAnswer: Sendable {
    public var outcome: GatewayResponse.Outcome
    public var body: JSONValue
    public var document: [UInt8]
    public var errors: [ResponseError]
    /// Internal failures, for the person who runs the tests.
    public var failures: [String]

    /// Throws if the body is not a valid answer.
    public init(
        _ body: [UInt8], outcome: GatewayResponse.Outcome, document: [UInt8], failures: [String] = []
    ) throws(JSONError) {
        self.outcome = outcome
        self.failures = failures
        self.document = document
        self.body = try parseJSON(body)
        errors = (self.body["errors"]?.items ?? []).map { ResponseError($0, in: document) }
    }

    var data: JSONValue { body["data"] ?? .null }

    /// Whether there is data, possibly with errors.
    public var hasData: Bool {
        if case .data = outcome { true } else { false }
    }
}

/// One error of an answer, as the client sees it.
public struct ResponseError: Sendable, Equatable {
    public var message: String
    public var code: String
    /// The names in the document that it points at.
    public var names: [String]
    /// Their offsets in bytes of the document.
    public var offsets: [Int]

    init(_ error: JSONValue, in document: [UInt8]) {
        message = error["message"]?.string ?? ""
        code = error["extensions"]?["code"]?.string ?? ""
        offsets = []
        if case .array(let places)? = error["locations"] {
            offsets = places.compactMap { place in
                guard case .number(let line)? = place["line"], case .number(let column)? = place["column"] else {
                    return nil
                }
                guard let line = Int(line), let column = Int(column) else { return nil }
                return Self.offset(line: line, column: column, in: document)
            }
        }
        names = offsets.map { start in
            String(decoding: document[start...].prefix { Self.isNamePart($0) }, as: UTF8.self)
        }
    }

    /// Lines end in LF, CR or both; columns count scalars.
    private static func offset(line: Int, column: Int, in bytes: [UInt8]) -> Int? {
        var index = 0, lineNow = 1, columnNow = 1
        while index < bytes.count {
            if lineNow == line, columnNow == column { return index }
            let byte = bytes[index]
            index += 1
            if byte == 0x0A || byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A) {
                lineNow += 1
                columnNow = 1
            } else if index == bytes.count || bytes[index] & 0xC0 != 0x80 {
                columnNow += 1
            }
        }
        return nil
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    /// Without suggestions.
    var plainMessage: String {
        message.firstRange(of: " Did you mean").map { String(message[..<$0.lowerBound]) } ?? message
    }

    /// The suggested names.
    var proposals: [String] {
        guard let question = message.firstRange(of: " Did you mean") else { return [] }
        let parts = message[question.upperBound...].split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}

extension JSONValue {
    /// The values at a path of keys, through the items of all lists, also at its end. `nil` if an
    /// object on the way lacks the key.
    func values(at path: ArraySlice<String>) -> [JSONValue]? {
        switch self {
        case .array(let items):
            var found: [JSONValue] = []
            for item in items {
                guard let values = item.values(at: path) else { return nil }
                found += values
            }
            return found
        case .object:
            guard let key = path.first else { return [self] }
            return self[key]?.values(at: path.dropFirst())
        // A null, on the way or at the end, yields nothing.
        case .null: return []
        case .bool, .number, .string: return path.isEmpty ? [self] : nil
        }
    }

    /// The value that identifies a row.
    var idText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .object: self["id"]?.idText
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array: nil
        }
    }
}
