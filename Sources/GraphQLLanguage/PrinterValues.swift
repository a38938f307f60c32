import Diagnostics

extension DocumentPrinter {
    mutating func value(_ value: Value) {
        switch value {
        case .variable(let name):
            write("$")
            write(name)
        case .int(let text, _), .float(let text, _): write(text: text.utf8)
        case .string(let text): string(text)
        case .boolean(let flag, _): flag ? write("true") : write("false")
        case .null: write("null")
        case .enumValue(let name): write(name)
        case .list(let values, _):
            write("[")
            separated(values) { $0.value($1) }
            write("]")
        case .object(let fields, _):
            write("{")
            separated(fields) { printer, field in
                printer.write(field.name)
                printer.write(": ")
                printer.value(field.value)
            }
            write("}")
        }
    }

    private mutating func separated<Item>(_ items: [Item], _ body: (inout DocumentPrinter, Item) -> Void) {
        for (index, item) in items.enumerated() {
            if index > 0 { write(", ") }
            body(&self, item)
        }
    }

    mutating func defaultValue(_ value: Value?) {
        guard let value else { return }
        write(" = ")
        self.value(value)
    }

    mutating func type(_ type: TypeReference) {
        switch type {
        case .named(let name): write(name)
        case .list(let inner, _):
            write("[")
            self.type(inner)
            write("]")
        case .nonNull(let inner, _):
            self.type(inner)
            write("!")
        }
    }

    /// The description on lines of its own.
    mutating func description(_ description: StringValue?) {
        guard let description else { return }
        string(description)
        newIndentedLine()
    }

    /// As a block string if it was one and can be represented; else in quotes.
    private mutating func string(_ string: StringValue) {
        if string.isBlock, let layout = BlockStringLayout(string.value) {
            blockString(string.value, layout)
        } else {
            quotedString(string.value)
        }
    }

    private mutating func quotedString(_ text: String) {
        write("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\\"): write("\\\\")
            case 0x08: write("\\b")
            case 0x09: write("\\t")
            case 0x0A: write("\\n")
            case 0x0C: write("\\f")
            case 0x0D: write("\\r")
            case 0..<0x20, 0x7F:
                write("\\u00")
                write(text: [Self.hexDigits[Int(byte >> 4)], Self.hexDigits[Int(byte & 0xF)]])
            default: write(text: CollectionOfOne(byte))
            }
        }
        write("\"")
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    private mutating func blockString(_ text: String, _ layout: BlockStringLayout) {
        write("\"\"\"")
        if layout == .oneLine {
            escapedBlock(text.utf8)
        } else {
            for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
                if layout == .ownLines { line.isEmpty ? newLine() : newIndentedLine() }
                escapedBlock(line)
            }
            newIndentedLine()
        }
        write("\"\"\"")
    }

    /// The bytes with `"""` as `\"""`.
    private mutating func escapedBlock(_ bytes: some Sequence<UInt8>) {
        var quotes = 0
        for byte in bytes {
            quotes = byte == UInt8(ascii: "\"") ? quotes + 1 : 0
            write(text: CollectionOfOne(byte))
            if quotes == 3 {
                unwrite(3)
                write("\\\"\"\"")
                quotes = 0
            }
        }
    }
}
