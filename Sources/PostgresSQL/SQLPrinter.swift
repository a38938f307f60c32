/// Writes a tree as SQL text: the one place where statements are spelled, so that the same tree always gives the same bytes.
public struct SQLPrinter {
    private var text = ""

    private init() {}

    /// The text of a whole statement.
    public static func print(_ select: Select) -> String {
        var printer = SQLPrinter()
        printer.write(select)
        return printer.text
    }

    /// The text of one expression, for explanations.
    public static func print(_ expression: Expression) -> String {
        var printer = SQLPrinter()
        printer.write(expression)
        return printer.text
    }

    private mutating func write(_ select: Select) {
        text += "SELECT"
        for (index, column) in select.columns.enumerated() {
            text += index == 0 ? " " : ", "
            write(column.expression)
            if let name = column.name { text += " AS \(quoteIdentifier(name))" }
        }
        for (index, item) in select.from.enumerated() {
            text += index == 0 ? " FROM " : " CROSS JOIN "
            write(item)
        }
        if !select.conditions.isEmpty {
            text += " WHERE "
            for (index, condition) in select.conditions.enumerated() {
                if index > 0 { text += " AND " }
                write(condition)
            }
        }
        for (index, group) in select.groups.enumerated() {
            text += index == 0 ? " GROUP BY " : ", "
            write(group)
        }
        for (index, term) in select.order.enumerated() {
            text += index == 0 ? " ORDER BY " : ", "
            write(term.expression)
            if term.descending { text += " DESC" }
            if let nullsFirst = term.nullsFirst { text += nullsFirst ? " NULLS FIRST" : " NULLS LAST" }
        }
        if let limit = select.limit {
            text += " LIMIT "
            write(limit)
        }
        if let offset = select.offset {
            text += " OFFSET "
            write(offset)
        }
    }

    private mutating func write(_ item: FromItem) {
        switch item {
        case .table(let table):
            if let schema = table.schema { text += quoteIdentifier(schema) + "." }
            text += "\(quoteIdentifier(table.name)) AS \(table.alias.text)"
        case .keys(let parameter, let type, let alias):
            text += "unnest($\(parameter)::\(type)[]) WITH ORDINALITY AS \(alias.text)(key, ord)"
        case .values(let columns, let alias):
            let arrays = columns.map { "$\($0.parameter)::\($0.type)[]" }.joined(separator: ", ")
            text += "unnest(\(arrays)) WITH ORDINALITY AS \(alias.text)(\(columns.map { quoteIdentifier($0.name) + ", " }.joined())ord)"
        case .lateral(let select, let alias):
            text += "LATERAL ("
            write(select)
            text += ") AS \(alias.text)"
        }
    }

    /// Every compound expression stands in parentheses: precedence is never a question.
    private mutating func write(_ expression: Expression) {
        switch expression {
        case .column(let alias, let name): text += "\(alias.text).\(quoteIdentifier(name))"
        case .parameter(let number): text += "$\(number)"
        case .integer(let number): text += String(number)
        case .boolean(let value): text += value ? "true" : "false"
        case .literal(let literal): text += "'\(literal.rawValue)'"
        case .cast(let inner, let type):
            write(inner)
            text += "::\(type)"
        case .binary(let left, let operation, let right): write(left, " \(operation.rawValue) ", right)
        case .equalsAny(let left, let right):
            write(left, " = ANY (", right, closing: "))")
        case .differsFromAll(let left, let right):
            write(left, " <> ALL (", right, closing: "))")
        case .and(let items): write(items, joined: " AND ", empty: "true")
        case .or(let items): write(items, joined: " OR ", empty: "false")
        case .not(let inner): write("(NOT ", inner, ")")
        case .isNull(let inner): write("(", inner, " IS NULL)")
        case .isNotNull(let inner): write("(", inner, " IS NOT NULL)")
        case .isTrue(let inner): write("(", inner, " IS TRUE)")
        case .isNotTrue(let inner): write("(", inner, " IS NOT TRUE)")
        case .exists(let select):
            text += "EXISTS ("
            write(select)
            text += ")"
        case .call(let name, let arguments):
            text += name.rawValue + "("
            for (index, argument) in arguments.enumerated() {
                if index > 0 { text += ", " }
                write(argument)
            }
            text += ")"
        case .aggregate(let name, let argument):
            text += name.rawValue + "("
            if let argument { write(argument) } else { text += "*" }
            text += ")"
        case .choice(let condition, let chosen, let otherwise):
            write("(CASE WHEN ", condition, " THEN ")
            write(chosen)
            write(" ELSE ", otherwise, " END)")
        }
    }

    private mutating func write(_ left: Expression, _ middle: String, _ right: Expression, closing: String = ")") {
        text += "("
        write(left)
        text += middle
        write(right)
        text += closing
    }

    private mutating func write(_ before: String, _ inner: Expression, _ after: String) {
        text += before
        write(inner)
        text += after
    }

    private mutating func write(_ items: [Expression], joined separator: String, empty: String) {
        if items.isEmpty {
            text += empty
        } else if items.count == 1 {
            write(items[0])
        } else {
            text += "("
            for (index, item) in items.enumerated() {
                if index > 0 { text += separator }
                write(item)
            }
            text += ")"
        }
    }
}

/// A name as SQL writes it between double quotes, whatever it contains. NUL, which no name of PostgreSQL can hold, is left out.
public func quoteIdentifier(_ name: String) -> String {
    var quoted = "\""
    for scalar in name.unicodeScalars where scalar != "\0" {
        if scalar == "\"" { quoted += "\"" }
        quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
}
