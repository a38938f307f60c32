public import JSONBytes
import PorticoCatalog

/// A line of a file of the trail.
enum AccessHistoryLine {
    case record(AccessRecord)
    /// The content of a file, once for all records of the same trail file that name its hash.
    case text(sha256: String, [UInt8])
}

extension AccessHistoryLine {
    /// Limits for reading a line: a record of all files of a large project is one line.
    private static let limits = JSONLimits(depth: 8, bytes: 256 << 20, values: 2_000_000)

    /// The beginning of a line with a text, so that such lines can be skipped.
    static let textPrefix = Array(#"{"sha256":""#.utf8)

    /// `nil` for anything else.
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
            // An invalid file may contain anything.
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

    /// One object: `time`, `event`, `process`, and those of `files`, `effects`, `direction`,
    /// `problems` and `rules` that are present.
    public var json: JSONValue {
        var json: JSONValue = ["time": timeText(time), "event": event.rawValue, "process": process]
        if !files.isEmpty { json["files"] = files.map(\.json).jsonValue }
        if !direction.isEmpty { json["direction"] = .string(direction) }
        if !effects.isEmpty { json["effects"] = effects.jsonValue }
        if !problems.isEmpty { json["problems"] = problems.jsonValue }
        if let rules { json["rules"] = .string(rules) }
        return json
    }
}

extension AccessFileState {
    fileprivate init?(_ value: JSONValue) {
        guard let file = value["file"]?.string else { return nil }
        self.init(
            file: file, sha256: value["sha256"]?.string, modified: value["modified"]?.milliseconds,
            isUnserved: value["unserved"] == .bool(true))
    }

    /// One object: `file`, `sha256`, and if known `modified` and `unserved`.
    public var json: JSONValue {
        var json: JSONValue = ["file": file, "sha256": sha256]
        if let modified { json["modified"] = .string(timeText(modified)) }
        if isUnserved { json["unserved"] = .bool(true) }
        return json
    }
}

/// A time in milliseconds since 1970 in RFC 3339 format, in UTC: `2026-01-02T10:00:00.25Z`; empty
/// outside the years 0001 to 9999.
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
    fileprivate var milliseconds: Int? { string.flatMap { try? PorticoCatalog.milliseconds(sinceEpoch: $0) } }
}
