import JSONBytes

/// A value of a row, as plain as it can be.
enum NaiveValue: Hashable, Sendable {
    case null
    case text(String)
    case serial(Int)
    /// Hundredths.
    case cents(Int)
    /// Microseconds since 1970.
    case time(Int)
    case bool(Bool)
    /// Its place among the values, and its name in GraphQL.
    case choice(Int, String)
    case texts([String])
    case json(NaiveJSON)

    /// -1, 0, 1 between two values that are there, in the database's order.
    static func compare(_ left: NaiveValue, _ right: NaiveValue) -> Int {
        func order<C: Comparable>(_ a: C, _ b: C) -> Int { a < b ? -1 : a == b ? 0 : 1 }
        switch (left, right) {
        case (.text(let a), .text(let b)):
            return a.utf8.elementsEqual(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
        case (.serial(let a), .serial(let b)), (.cents(let a), .cents(let b)), (.time(let a), .time(let b)),
            (.choice(let a, _), .choice(let b, _)):
            return order(a, b)
        case (.bool(let a), .bool(let b)): return order(a ? 1 : 0, b ? 1 : 0)
        default: fatalError("\(left) and \(right) have no order")
        }
    }

    /// In an answer.
    var answer: JSONValue {
        switch self {
        case .null: .null
        case .text(let text): .string(text)
        case .serial(let number): .string(String(number))
        case .cents(let cents): .string(Self.decimal(cents))
        case .time(let time): .string(Self.moment(time))
        case .bool(let flag): .bool(flag)
        case .choice(_, let name): .string(name)
        case .texts(let items): .array(items.map(JSONValue.string))
        case .json(let value): value.answer
        }
    }

    /// In SQL, as a literal.
    var sql: String {
        func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
        switch self {
        case .null: return "NULL"
        case .text(let text): return quoted(text)
        case .serial(let number): return String(number)
        case .cents(let cents): return Self.decimal(cents)
        case .time(let time): return quoted(Self.moment(time))
        case .bool(let flag): return flag ? "true" : "false"
        case .choice(_, let name): return quoted(name.lowercased())
        case .texts(let items): return "ARRAY[\(items.map(quoted).joined(separator: ","))]::text[]"
        case .json(let value): return quoted(value.text) + "::jsonb"
        }
    }

    static func decimal(_ cents: Int) -> String {
        let digits = String(abs(cents) % 100)
        return "\(cents < 0 ? "-" : "")\(abs(cents) / 100).\(digits.count < 2 ? "0" : "")\(digits)"
    }

    static func moment(_ time: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (days, rest) = divide(time, 86_400_000_000)
        let (year, month, day) = date(days)
        let seconds = rest / 1_000_000, micros = rest % 1_000_000
        var fraction = ""
        if micros > 0 {
            fraction = "." + String(repeating: "0", count: 6 - String(micros).count) + String(micros)
            while fraction.last == "0" { fraction.removeLast() }
        }
        return
            "\(year)-\(two(month))-\(two(day))T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))\(fraction)Z"
    }

    /// The start of the period that a moment is in.
    static func truncated(_ time: Int, to part: String) -> Int {
        let days = divide(time, 86_400_000_000).0
        let (year, month, _) = date(days)
        let start =
            switch part {
            case "DAY": days
            case "WEEK": days - divide(days + 3, 7).1  // the first of January 1970 was a Thursday
            case "MONTH": dayNumber(year, month, 1)
            default: dayNumber(year, 1, 1)
            }
        return start * 86_400_000_000
    }

    private static func divide(_ number: Int, _ by: Int) -> (Int, Int) {
        let rest = ((number % by) + by) % by
        return ((number - rest) / by, rest)
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    private static func length(_ year: Int, _ month: Int) -> Int {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Year by year and month by month: slow, and not to be got wrong.
    private static func date(_ days: Int) -> (Int, Int, Int) {
        var year = 1970, month = 1, rest = days
        while rest >= (isLeap(year) ? 366 : 365) { (rest, year) = (rest - (isLeap(year) ? 366 : 365), year + 1) }
        while rest >= length(year, month) { (rest, month) = (rest - length(year, month), month + 1) }
        return (year, month, rest + 1)
    }

    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        (1970..<year).reduce(0) { $0 + (isLeap($1) ? 366 : 365) } + (1..<month).reduce(0) { $0 + length(year, $1) }
            + day - 1
    }
}

/// A JSON value as `jsonb` keeps it: without the order of keys.
indirect enum NaiveJSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([NaiveJSON])
    case object([String: NaiveJSON])

    /// `jsonb`'s own order: shorter keys first, then by bytes.
    var answer: JSONValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): .number(String(number))
        case .string(let text): .string(text)
        case .array(let items): .array(items.map(\.answer))
        case .object(let members):
            .object(
                members.sorted { ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key) }.map {
                    JSONMember(key: $0.key, value: $0.value.answer)
                })
        }
    }

    var text: String { answer.compact }

    /// PostgreSQL's `@>`: every part of the other stands in this one at the same place; an array
    /// holds what equals or contains it in any place, and a single value too.
    func contains(_ other: NaiveJSON, isTop: Bool = true) -> Bool {
        switch (self, other) {
        case (.object(let members), .object(let others)):
            others.allSatisfy { key, value in members[key]?.contains(value, isTop: false) ?? false }
        case (.array(let items), .array(let others)):
            others.allSatisfy { wanted in items.contains { $0.contains(wanted, isTop: false) } }
        case (.array(let items), _) where isTop: items.contains(other)
        default: self == other
        }
    }

    func hasKey(_ key: String) -> Bool {
        switch self {
        case .object(let members): members[key] != nil
        case .array(let items): items.contains(.string(key))
        case .string(let text): text == key
        case .null, .bool, .number: false
        }
    }
}

extension JSONValue {
    /// Without white space.
    var compact: String {
        let buffer = ResponseBuffer()
        write(into: buffer)
        return String(decoding: buffer.takeBytes(), as: UTF8.self)
    }
}
