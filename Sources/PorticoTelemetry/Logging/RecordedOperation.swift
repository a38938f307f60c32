import JSONBytes
import PorticoAccess
import PorticoGateway

/// An operation as logged with `logging.documents`, for `portico access diff --replay`.
public struct RecordedOperation: Sendable, Hashable {
    /// The user's id; `nil` for an anonymous viewer.
    public var viewer: String?
    public var document: String
    public var name: String?
    /// One JSON object, as text.
    public var variablesText: String

    /// A log line about an operation.
    public enum Line: Sendable, Equatable {
        case operation(RecordedOperation)
        /// It exceeded the log's limit.
        case tooLong

        /// `nil` for other lines. Reads both formats of the log.
        public init?(_ line: [UInt8]) {
            let fields = line.first == UInt8(ascii: "{") ? Self.members(line) : Self.pairs(line)
            guard fields["message"] == RecordedOperation.message || fields[""] == RecordedOperation.message else {
                return nil
            }
            guard let document = fields["document"] else {
                guard fields["documentBytes"] != nil else { return nil }
                self = .tooLong
                return
            }
            self = .operation(
                RecordedOperation(
                    viewer: fields["viewer"], document: document, name: fields["operation"],
                    variablesText: fields["variables"] ?? "{}"))
        }

        private static func members(_ line: [UInt8]) -> [String: String] {
            guard case .object(let members)? = try? parseJSON(line) else { return [:] }
            var fields: [String: String] = [:]
            for member in members {
                switch member.value {
                case .string(let text), .number(let text): fields[member.key.text] = text
                case .null, .bool, .array, .object: break
                }
            }
            return fields
        }

        /// `key=value` with quoted values where needed; the message is third, without a key.
        private static func pairs(_ line: [UInt8]) -> [String: String] {
            var fields: [String: String] = [:]
            var position = 0, word = 0
            while position < line.count {
                var end = position
                while end < line.count, line[end] != 0x20, line[end] != UInt8(ascii: "=") { end += 1 }
                let key = String(decoding: line[position..<end], as: UTF8.self)
                word += 1
                guard end < line.count, line[end] == UInt8(ascii: "=") else {
                    if word == 3 { fields[""] = key }
                    position = end + 1
                    continue
                }
                let start = end + 1
                end = start
                if start < line.count, line[start] == UInt8(ascii: "\"") {
                    end += 1
                    while end < line.count, line[end] != UInt8(ascii: "\"") {
                        end += line[end] == UInt8(ascii: "\\") ? 2 : 1
                    }
                    end = min(end + 1, line.count)
                    if case .string(let text)? = try? parseJSON(Array(line[start..<end])) { fields[key] = text }
                } else {
                    while end < line.count, line[end] != 0x20 { end += 1 }
                    fields[key] = String(decoding: line[start..<end], as: UTF8.self)
                }
                position = end + 1
            }
            return fields
        }
    }

    /// The variables; empty if the text is not an object.
    public var variables: [JSONMember] {
        if case .object(let members)? = try? parseJSON(Array(variablesText.utf8)) { members } else { [] }
    }

    static let message = "operation"
}

extension RequestLog {
    /// Bytes of a recorded document with its variables; for a longer one only its size is logged.
    /// Guards against lines of megabytes.
    static let longestDocument = 64 << 10

    /// Records an operation. The log then contains users' values, so this is off by default.
    package func operation(_ requestID: RequestID, _ request: GraphQLRequest, _ viewer: Viewer) {
        guard recordsDocuments else { return }
        line.begin(level: .info, message: "operation")
        line.field("requestId") { requestID.write(into: $0) }
        if let id = viewer.id { line.field("viewer", id.text) }
        line.field("role", viewer.role.text)
        if let name = request.operationName { line.field("operation", name) }
        let variables = ResponseBuffer()
        JSONValue.object(request.variables).write(into: variables)
        let text = variables.takeBytes(), size = request.query.count + text.count
        if size <= Self.longestDocument {
            line.field("document", String(decoding: request.query, as: UTF8.self))
            if !request.variables.isEmpty { line.field("variables", String(decoding: text, as: UTF8.self)) }
        } else {
            line.field("documentBytes", size)
        }
        line.end()
        schedule()
    }
}
