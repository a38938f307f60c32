import ExactText
import PorticoCatalog
import Testing

/// Labels of enums that are one text in Unicode, and two in the database.
@Suite struct ExactLabelTests {
    @Test func labelsAreTheirBytes() {
        let composed = EnumBinding(
            name: "E", sqlType: "e",
            values: [EnumLabel(value: "KEEP", label: "caf\u{E9}"), EnumLabel(value: "DROP", label: "cafe\u{301}")])
        #expect(composed.texts.map(\.label) == ["caf\u{E9}", "cafe\u{301}"].map { Array($0.utf8) })
        #expect(composed.label(of: "KEEP") == "caf\u{E9}" && composed.label(of: "\u{212A}EEP") == nil)
        let decomposed = EnumBinding(
            name: "E", sqlType: "e",
            values: [EnumLabel(value: "KEEP", label: "cafe\u{301}"), EnumLabel(value: "DROP", label: "caf\u{E9}")])
        #expect(composed != decomposed && ColumnType.enum(composed) != .enum(decomposed))
        #expect(
            Set([EnumLabel(value: "A", label: "caf\u{E9}"), EnumLabel(value: "A", label: "cafe\u{301}")]).count == 2)
    }
}
