import ExactText
import PorticoCatalog

/// What to write where the labels of an enum are the values of the schema in another spelling, such
/// as `PG-13` for `PG_13`.
struct LabelHint {
    let text: String

    /// `nil` where no label is missing, or some label has no value that it could be.
    init?(_ values: EnumBinding, labels: Set<ExactString>, field: String, file: String) {
        let missing = values.values.filter { !labels.contains(ExactString($0.label)) }
        guard !missing.isEmpty else { return nil }
        var edits: [String] = []
        for value in missing {
            let spellings = labels.filter { Self.value(of: $0.text) == value.value }
            guard spellings.count == 1, let label = spellings.first else { return nil }
            edits.append(
                "\(value.value): \"\(label.text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"")
        }
        text = "Add `labels: { \(edits.joined(separator: ", ")) }` to `\(field)` under `fields` in \(file)."
    }

    /// As GraphQL would name it.
    private static func value(of label: String) -> String {
        String(
            decoding: label.utf8.map { byte in
                switch byte {
                case 0x61...0x7A: byte - 0x20
                case 0x41...0x5A, 0x30...0x39: byte
                default: UInt8(ascii: "_")
                }
            }, as: UTF8.self)
    }
}
