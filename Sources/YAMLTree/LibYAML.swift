import CLibYAML
import Diagnostics

/// The events of one YAML text from libyaml's parser. Only this file calls `yaml_…`.
///
/// The bytes must stay alive and in place as long as the object does.
final class LibYAML {
    enum Event {
        case documentStart, documentEnd, streamEnd
        case scalar(String, YAMLScalarStyle)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
        case alias
        /// A node with an anchor (`&name`) or a tag (`!name`).
        case anchored, tagged
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Bytes of a byte order mark, which libyaml would count as a column.
    private let markLength: Int
    /// The byte offset of each character; `nil` if all are one byte. libyaml counts characters.
    private let offsets: [UInt32]?

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Diagnostic) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw Diagnostic("There is no memory left to read the file.")
        }
        let markLength = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let text = UnsafeBufferPointer(rebasing: bytes[markLength...])
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
        self.parser = parser
        self.bytes = bytes
        self.markLength = markLength
        if text.allSatisfy({ $0 < 0x80 }) {
            offsets = nil
        } else {
            offsets = text.indices.filter { text[$0] & 0xC0 != 0x80 }.map { UInt32($0 + markLength) }
        }
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(Diagnostic) -> (event: Event, range: SourceRange) {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
            defer { yaml_event_delete(&event) }
            let range = SourceRange(offset(event.start_mark), offset(event.end_mark))
            switch event.type {
            case YAML_NO_EVENT, YAML_STREAM_END_EVENT: return (.streamEnd, range)
            case YAML_DOCUMENT_START_EVENT: return (.documentStart, range)
            case YAML_DOCUMENT_END_EVENT: return (.documentEnd, range)
            case YAML_ALIAS_EVENT: return (.alias, range)
            case YAML_SCALAR_EVENT:
                let scalar = event.data.scalar
                if scalar.anchor != nil || scalar.tag != nil {
                    return (scalar.anchor != nil ? .anchored : .tagged, range)
                }
                let text = String(
                    decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
                return (.scalar(text, scalar.style == YAML_PLAIN_SCALAR_STYLE ? .plain : .quoted), range)
            case YAML_SEQUENCE_START_EVENT:
                let start = event.data.sequence_start
                return (start.anchor != nil ? .anchored : start.tag != nil ? .tagged : .sequenceStart, range)
            case YAML_MAPPING_START_EVENT:
                let start = event.data.mapping_start
                return (start.anchor != nil ? .anchored : start.tag != nil ? .tagged : .mappingStart, range)
            case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, range)
            case YAML_MAPPING_END_EVENT: return (.mappingEnd, range)
            default: continue  // the start of the stream says nothing
            }
        }
    }

    private func offset(_ mark: yaml_mark_t) -> Int { offset(ofCharacter: Int(clamping: mark.index)) }

    private func offset(ofCharacter index: Int) -> Int {
        guard let offsets else { return min(index + markLength, bytes.count) }
        return index < offsets.count ? Int(offsets[index]) : bytes.count
    }

    // MARK: What is wrong

    private func problem() -> Diagnostic {
        let state = parser.pointee
        let text = state.problem.map { String(cString: $0) } ?? "it cannot be read"
        if state.error == YAML_MEMORY_ERROR { return Diagnostic("There is no memory left to read the file.") }
        if state.error == YAML_READER_ERROR {
            let at = min(state.problem_offset + markLength, bytes.count)
            let message =
                text.hasPrefix("control")
                ? "A control character cannot stand in a YAML file." : "The file is not UTF-8 text."
            return Diagnostic(message, range: SourceRange(at, min(at + 1, bytes.count)))
        }
        return explain(text, at: offset(state.problem_mark))
    }

    /// Converts libyaml's short phrases to sentences with a remedy.
    private func explain(_ problem: String, at offset: Int) -> Diagnostic {
        if let tab = tabInIndentation(before: offset) {
            return Diagnostic("A tab cannot indent a line in YAML: use spaces.", range: SourceRange(tab, tab + 1))
        }
        let found = offset < bytes.count ? String(decoding: bytes[offset...].prefix(1), as: UTF8.self) : ""
        let message =
            switch problem {
            case "found character that cannot start any token":
                "A value cannot begin with `\(found)`: put it in quotation marks."
            case "mapping values are not allowed in this context":
                "A `key: value` pair cannot stand here: the line is not indented rightly, or a text that holds `: ` lacks its quotation marks."
            case "did not find expected key": "Expected a key here: the line is not indented as its neighbours are."
            case "did not find expected '-' indicator":
                "Expected `- ` here: the line is not indented as the items of the list are."
            case "could not find expected ':'": "Expected `:` after a key, on the same line."
            case "did not find expected ',' or ']'": "Expected `,` or `]` in the list that began with `[`."
            case "did not find expected ',' or '}'": "Expected `,` or `}` in the mapping that began with `{`."
            case "found unexpected end of stream": "The text ends inside quotation marks."
            case "found unknown escape character":
                "This escape is not known: write `\\\\` for a backslash, or use single quotation marks."
            case "did not find expected <document start>": "Nothing may stand behind the end of the file's one value."
            default: "This is not YAML: \(problem)."
            }
        return Diagnostic(message, range: SourceRange(offset, min(offset + 1, bytes.count)))
    }

    /// The first tab in the indentation of the line of `offset`, before it.
    private func tabInIndentation(before offset: Int) -> Int? {
        var start = min(offset, bytes.count)
        while start > 0, bytes[start - 1] != 0x0A, bytes[start - 1] != 0x0D { start -= 1 }
        var index = start
        while index < bytes.count, bytes[index] == 0x20 { index += 1 }
        return index < bytes.count && bytes[index] == 0x09 ? index : nil
    }
}
