/// Prints a tree as SQL text, deterministically. Statements are written nowhere else.
public struct SQLPrinter {
    private var bytes: [UInt8] = []

    private init() { bytes.reserveCapacity(1_024) }

    private var text: String { String(decoding: bytes, as: UTF8.self) }

    public static func print(_ tree: SQLTree) -> String {
        var printer = SQLPrinter()
        printer.write(tree)
        return printer.text
    }

    public static func print(_ select: Select) -> String { print(.select(select)) }

    /// The text of one expression, for explanations.
    public static func print(_ expression: Expression) -> String {
        var printer = SQLPrinter()
        printer.write(expression)
        return printer.text
    }

    // MARK: Words

    private mutating func write(_ word: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// A word of SQL: an operator, a function, a type's name.
    private mutating func write(sql text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func write(identifier name: String) { bytes.append(quoted: name) }

    private mutating func write(_ number: Int) {
        if (0...9).contains(number) {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            write(sql: String(number))
        }
    }

    private mutating func write(_ alias: Alias) {
        if let letter = UTF8.encode(alias.letter) { bytes.append(contentsOf: letter) }
        write(alias.number)
    }

    /// The array parameter, cast to an array of a type.
    private mutating func write(array parameter: Int, of type: String) {
        write("$")
        write(parameter)
        write("::")
        write(sql: type)
        write("[]")
    }

    // MARK: Statements

    private mutating func write(_ tree: SQLTree) {
        switch tree {
        case .select(let select): write(select)
        case .insert(let insert):
            write("INSERT INTO ")
            write(insert.target)
            write(" (")
            for (index, column) in insert.columns.enumerated() {
                if index > 0 { write(", ") }
                write(identifier: column)
            }
            write(") ")
            write(insert.source)
            write(insert.returning, after: " RETURNING ")
        case .update(let update):
            write("UPDATE ")
            write(update.target)
            for (index, assignment) in update.assignments.enumerated() {
                write(index == 0 ? " SET " : ", ")
                write(identifier: assignment.column)
                write(" = ")
                write(assignment.value)
            }
            write(update.from, after: " FROM ")
            write(where: update.stated.beside(update.conditions))
            write(update.returning, after: " RETURNING ")
        case .delete(let delete):
            write("DELETE FROM ")
            write(delete.target)
            write(delete.from, after: " USING ")
            write(where: delete.stated.beside(delete.conditions))
            write(delete.returning, after: " RETURNING ")
        }
    }

    private mutating func write(_ columns: [OutputColumn], after word: StaticString) {
        for (index, column) in columns.enumerated() {
            write(index == 0 ? word : ", ")
            write(column.expression)
            if let name = column.name {
                write(" AS ")
                write(identifier: name)
            }
        }
    }

    private mutating func write(_ items: [FromItem], after word: StaticString) {
        for (index, item) in items.enumerated() {
            write(index == 0 ? word : " CROSS JOIN ")
            write(item)
        }
    }

    private mutating func write(where conditions: [Expression]) {
        for (index, condition) in conditions.enumerated() {
            write(index == 0 ? " WHERE " : " AND ")
            write(condition)
        }
    }

    private mutating func write(_ select: Select) {
        write("SELECT")
        write(select.columns, after: " ")
        write(select.from, after: " FROM ")
        write(where: select.predicates)
        for (index, group) in select.groups.enumerated() {
            write(index == 0 ? " GROUP BY " : ", ")
            write(group)
        }
        for (index, term) in select.order.enumerated() {
            write(index == 0 ? " ORDER BY " : ", ")
            write(term.expression)
            if term.descending { write(" DESC") }
            if let nullsFirst = term.nullsFirst { write(nullsFirst ? " NULLS FIRST" : " NULLS LAST") }
        }
        if let limit = select.limit {
            write(" LIMIT ")
            write(limit)
        }
        if let offset = select.offset {
            write(" OFFSET ")
            write(offset)
        }
    }

    private mutating func write(_ item: FromItem) {
        switch item {
        case .table(let table): write(table)
        case .keys(let keys, let alias):
            write("unnest(")
            for (index, key) in keys.enumerated() {
                if index > 0 { write(", ") }
                write(array: key.parameter, of: key.type)
            }
            write(") WITH ORDINALITY AS ")
            write(alias)
            write("(")
            for index in keys.indices {
                write(sql: BatchKey.name(index))
                write(", ")
            }
            write("ord)")
        case .values(let columns, let alias):
            write("unnest(")
            for (index, column) in columns.enumerated() {
                if index > 0 { write(", ") }
                write(array: column.parameter, of: column.type)
            }
            write(") WITH ORDINALITY AS ")
            write(alias)
            write("(")
            for column in columns {
                write(identifier: column.name)
                write(", ")
            }
            write("ord)")
        case .lateral(let select, let alias):
            write("LATERAL (")
            write(select)
            write(") AS ")
            write(alias)
        }
    }

    private mutating func write(_ table: TableSource) {
        if let schema = table.schema {
            write(identifier: schema)
            write(".")
        }
        write(identifier: table.name)
        write(" AS ")
        write(table.alias)
    }

    // MARK: Expressions

    /// Every compound expression is parenthesized, so that precedence is irrelevant.
    private mutating func write(_ expression: Expression) {
        switch expression {
        case .column(let alias, let name):
            write(alias)
            write(".")
            write(identifier: name)
        case .parameter(let number):
            write("$")
            write(number)
        case .integer(let number): write(number)
        case .boolean(let value): write(value ? "true" : "false")
        case .literal(let literal):
            write("'")
            write(sql: literal.rawValue)
            write("'")
        case .cast(let inner, let type):
            write(inner)
            write("::")
            write(sql: type)
        case .collate(let inner, let collation):
            write("(")
            write(inner)
            write(" COLLATE ")
            write(sql: collation)
            write(")")
        case .binary(let left, let operation, let right):
            write("(")
            write(left)
            write(" ")
            write(sql: operation.rawValue)
            write(" ")
            write(right)
            write(")")
        case .equalsAny(let left, let right): write(left, " = ANY (", right, closing: "))")
        case .differsFromAll(let left, let right): write(left, " <> ALL (", right, closing: "))")
        case .and(let items): write(items, joined: " AND ", empty: "true")
        case .or(let items): write(items, joined: " OR ", empty: "false")
        case .not(let inner): write("(NOT ", inner, ")")
        case .isNull(let inner): write("(", inner, " IS NULL)")
        case .isNotNull(let inner): write("(", inner, " IS NOT NULL)")
        case .opaque(let inner): write("COALESCE(", inner, ", false)")
        case .isNotTrue(let inner): write("(", inner, " IS NOT TRUE)")
        case .exists(let select):
            write("EXISTS (")
            write(select)
            write(")")
        case .isIn(let items, let select):
            write("(")
            if items.count > 1 { write("(") }
            for (index, item) in items.enumerated() {
                if index > 0 { write(", ") }
                write(item)
            }
            if items.count > 1 { write(")") }
            write(" IN (")
            write(select)
            write("))")
        case .call(let name, let arguments):
            write(sql: name.rawValue)
            write("(")
            for (index, argument) in arguments.enumerated() {
                if index > 0 { write(", ") }
                write(argument)
            }
            write(")")
        case .aggregate(let name, let argument):
            write(sql: name.rawValue)
            write("(")
            if let argument { write(argument) } else { write("*") }
            write(")")
        case .choice(let condition, let chosen, let otherwise):
            write("(CASE WHEN ", condition, " THEN ")
            write(chosen)
            write(" ELSE ", otherwise, " END)")
        }
    }

    private mutating func write(_ left: Expression, _ middle: StaticString, _ right: Expression, closing: StaticString)
    {
        write("(")
        write(left)
        write(middle)
        write(right)
        write(closing)
    }

    private mutating func write(_ before: StaticString, _ inner: Expression, _ after: StaticString) {
        write(before)
        write(inner)
        write(after)
    }

    private mutating func write(_ items: [Expression], joined separator: StaticString, empty: StaticString) {
        if items.isEmpty {
            write(empty)
        } else if items.count == 1 {
            write(items[0])
        } else {
            write("(")
            for (index, item) in items.enumerated() {
                if index > 0 { write(separator) }
                write(item)
            }
            write(")")
        }
    }
}

/// A name in double quotes, whatever it contains. NUL, which no name can contain, is dropped.
public func quoteIdentifier(_ name: String) -> String {
    var bytes: [UInt8] = []
    bytes.append(quoted: name)
    return String(decoding: bytes, as: UTF8.self)
}

extension [UInt8] {
    fileprivate mutating func append(quoted name: String) {
        let quote = UInt8(ascii: "\"")
        var name = name
        append(quote)
        name.withUTF8 { bytes in
            guard bytes.contains(where: { $0 == quote || $0 == 0 }) else { return append(contentsOf: bytes) }
            for byte in bytes where byte != 0 {
                if byte == quote { append(quote) }
                append(byte)
            }
        }
        append(quote)
    }
}
