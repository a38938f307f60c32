public import JSONBytes
import PorticoCatalog

/// A line of a file of the trail.
enum AccessHistoryLine {
    case record(AccessRecord)
    /// The content of a file, once for all records of the file of the trail that name its hash.
    case text(sha256: String, [UInt8])
}

extension AccessHistoryLine {
    /// What bounds the reading of a line: a record of all files of a large project is one.
    private static let limits = JSONLimits(depth: 8, bytes: 256 << 20, values: 2_000_000)

    /// How a line with a text begins, so that whoever wants none need not read it.
    static let textPrefix = Array(#"{"sha256":""#.utf8)

    /// `nil` for what is no such line.
    init?(_ bytes: [UInt8]) {
        guard let value = try? parseJSON(bytes, limits: Self.limits) else { return nil }
        if let hash = value["sha256"]?.string {
            if let text = value["text"]?.string {
                self = .text(sha256: hash, Array(text.utf8))
            } else if let text = value["base64url"]?.string, let bytes = decodeBase64URL(Array(text.utf8)) {
                self = .text(sha256: hash, bytes)
            } else {
                return nil
            }
        } else if let record = AccessRecord(value) {
            self = .record(record)
        } else {
            return nil
        }
    }

    func write(into buffer: ResponseBuffer) {
        switch self {
        case .record(let record): record.json.write(into: buffer)
        case .text(let hash, let bytes):
            buffer.append(Self.textPrefix)
            buffer.append(utf8: hash)
            // A wrong file may be anything.
            if String(validating: bytes, as: UTF8.self) != nil {
                buffer.append("\",\"text\":")
                buffer.appendJSONString(bytes)
                buffer.append("}")
            } else {
                buffer.append("\",\"base64url\":\"")
                buffer.appendBase64URL(bytes)
                buffer.append("\"}")
            }
        }
        buffer.append("\n")
    }
}

extension AccessRecord {
    init?(_ value: JSONValue) {
        guard let time = value["time"]?.milliseconds, let event = value["event"]?.string.flatMap(Event.init(rawValue:))
        else { return nil }
        self.init(time: time, event: event, process: value["process"]?.string ?? "")
        files = (value["files"]?.items ?? []).compactMap(AccessFileState.init)
        effects = (value["effects"]?.items ?? []).compactMap(\.string)
        direction = value["direction"]?.string ?? ""
        problems = (value["problems"]?.items ?? []).compactMap(\.string)
        rules = value["rules"]?.string
    }

    /// One object: `time`, `event`, `process`, and of `files`, `effects`, `direction`, `problems`
    /// and `rules` what there is.
    public var json: JSONValue {
        var members = [
            JSONMember(key: "time", value: .string(timeText(time))),
            JSONMember(key: "event", value: .string(event.rawValue)),
            JSONMember(key: "process", value: .string(process)),
        ]
        if !files.isEmpty { members.append(JSONMember(key: "files", value: .array(files.map(\.json)))) }
        if !direction.isEmpty { members.append(JSONMember(key: "direction", value: .string(direction))) }
        if !effects.isEmpty { members.append(JSONMember(key: "effects", value: .array(effects.map(JSONValue.string)))) }
        if !problems.isEmpty {
            members.append(JSONMember(key: "problems", value: .array(problems.map(JSONValue.string))))
        }
        if let rules { members.append(JSONMember(key: "rules", value: .string(rules))) }
        return .object(members)
    }
}

extension AccessFileState {
    fileprivate init?(_ value: JSONValue) {
        guard let file = value["file"]?.string else { return nil }
        self.init(
            file: file, sha256: value["sha256"]?.string, modified: value["modified"]?.milliseconds,
            isUnserved: value["unserved"] == .bool(true))
    }

    /// One object: `file`, `sha256`, `modified` where it is known, and `unserved` where it is.
    public var json: JSONValue {
        var members = [
            JSONMember(key: "file", value: .string(file)),
            JSONMember(key: "sha256", value: sha256.map(JSONValue.string) ?? .null),
        ]
        if let modified { members.append(JSONMember(key: "modified", value: .string(timeText(modified)))) }
        if isUnserved { members.append(JSONMember(key: "unserved", value: .bool(true))) }
        return .object(members)
    }
}

/// A point of time in milliseconds since 1970 as RFC 3339 writes it, in UTC:
/// `2026-01-02T10:00:00.25Z`; empty for one outside the years 0001 to 9999.
public func timeText(_ milliseconds: Int) -> String {
    let buffer = ResponseBuffer(capacity: 32)
    let (microseconds, overflow) = milliseconds.subtractingReportingOverflow(946_684_800_000)
    guard !overflow, let scaled = Optional(microseconds.multipliedReportingOverflow(by: 1000)), !scaled.overflow else {
        return ""
    }
    buffer.appendDateTime(microsecondsSince2000: Int64(scaled.partialValue))
    return String(decoding: buffer.takeBytes(), as: UTF8.self)
}

extension JSONValue {
    fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
    fileprivate var milliseconds: Int? { string.flatMap { try? PorticoCatalog.milliseconds(sinceEpoch: $0) } }
}
