import ExactText
import PorticoCatalog

/// A hint for enum labels that spell the schema's values differently: `PG-13` for `PG_13`.
struct LabelHint {
    let text: String

    /// `nil` if no label is missing, or some value has no matching label.
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

    /// The GraphQL name of a label.
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
