import Diagnostics

/// Prints syntax trees in one canonical form: two spaces per level, a blank line between
/// definitions, lists over several lines if one would exceed 80 columns.
///
/// Parsing the output yields an equal tree except for ranges; comments are lost. It recurses as
/// deep as the tree, which ``ParseLimits/depth`` bounds for parsed documents.
public struct DocumentPrinter {
    /// With a trailing line break, unless the document is empty.
    public static func print(_ document: Document) -> String {
        text { printer in
            var mayShorten = true
            for (index, definition) in document.definitions.enumerated() {
                if index > 0 { printer.newLine() }
                printer.definition(definition, mayShorten: mayShorten)
                printer.newLine()
                // After `type A`, a bare `{` would be parsed as its fields.
                mayShorten =
                    if case .operation = definition { true } else if case .fragment = definition { true } else { false }
            }
        }
    }

    public static func print(_ definition: Definition) -> String { text { $0.definition(definition) } }
    public static func print(_ selectionSet: SelectionSet) -> String { text { $0.selectionSet(selectionSet) } }
    public static func print(_ value: Value) -> String { text { $0.value(value) } }
    public static func print(_ type: TypeReference) -> String { text { $0.type(type) } }
    public static func print(_ directive: Directive) -> String { text { $0.directive(directive) } }
    public static func print(_ schema: SchemaDefinition) -> String { text { $0.schemaDefinition(schema) } }
    public static func print(_ type: TypeDefinition) -> String { text { $0.typeDefinition(type) } }
    public static func print(_ directive: DirectiveDefinition) -> String { text { $0.directiveDefinition(directive) } }

    private static func text(_ body: (inout DocumentPrinter) -> Void) -> String {
        var printer = DocumentPrinter()
        body(&printer)
        return String(decoding: printer.output, as: UTF8.self)
    }

    // MARK: Output

    /// Columns (in bytes) beyond which a line's list is broken.
    static let width = 80

    private(set) var output: [UInt8] = []
    /// Where the current line begins in `output`.
    private(set) var lineStart = 0
    private var level = 0

    private init() {}

    mutating func write(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func write(_ name: Name) { output.append(contentsOf: name.value.utf8) }

    mutating func write(text: some Sequence<UInt8>) { output.append(contentsOf: text) }

    /// Removes the last `count` bytes, none of them a line end.
    mutating func unwrite(_ count: Int) { output.removeLast(count) }

    /// Ends the line without indenting the next one.
    mutating func newLine() {
        output.append(0x0A)
        lineStart = output.count
    }

    /// Ends the line and indents the next one.
    mutating func newIndentedLine() {
        newLine()
        output.append(contentsOf: repeatElement(0x20, count: 2 * level))
    }

    mutating func indented(_ body: (inout DocumentPrinter) -> Void) {
        level += 1
        body(&self)
        level -= 1
    }

    /// `{`, the items one per line, `}`. Nothing without items.
    mutating func block<Item>(_ items: [Item], _ body: (inout DocumentPrinter, Item) -> Void) {
        guard !items.isEmpty else { return }
        write("{")
        lines(items, body)
        write("}")
    }

    /// The items on one line, separated by `separator`, between `opening` and `closing`; each on
    /// its own line if that exceeds the width, if an item itself has several lines, or with
    /// `broken`. Nothing without items.
    mutating func list<Item>(
        _ items: [Item], _ opening: StaticString, _ closing: StaticString, separator: StaticString = ", ",
        broken: Bool = false, _ body: (inout DocumentPrinter, Item) -> Void
    ) {
        guard !items.isEmpty else { return }
        write(opening)
        let mark = output.count, markedLine = lineStart
        if !broken {
            for (index, item) in items.enumerated() {
                if index > 0 { write(separator) }
                body(&self, item)
            }
            write(closing)
            if lineStart == markedLine, output.count - lineStart <= Self.width { return }
            output.removeSubrange(mark...)
            lineStart = markedLine
        }
        lines(items, body)
        write(closing)
    }

    /// The items, each on an indented line of its own, and the beginning of the line after them.
    private mutating func lines<Item>(_ items: [Item], _ body: (inout DocumentPrinter, Item) -> Void) {
        indented { printer in
            for item in items {
                printer.newIndentedLine()
                body(&printer, item)
            }
        }
        newIndentedLine()
    }
}
