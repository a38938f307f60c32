import GraphQLSchema

/// A point in time in RFC 3339 notation, parsed and converted to UTC.
///
/// Years 0001 to 9999, microseconds; proleptic Gregorian calendar, like PostgreSQL's. A leap second
/// is refused: PostgreSQL would silently make it the next minute.
struct DateTimeText: Sendable, Equatable {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0
    var microsecond = 0

    /// Throws one sentence about the text, whose scalar is named `scalar`.
    init(_ text: String, scalar: String = "DateTime") throws(CoercionFailure) {
        var reader = DigitReader(Array(text.utf8), quoted: shortened(text), scalar: scalar)
        (year, month, day) = try reader.date()
        guard reader.take("T") || reader.take("t") else { throw reader.misspelt() }
        hour = try reader.number(2, 0...23, "an hour from 00 to 23")
        try reader.expect(":")
        minute = try reader.number(2, 0...59, "a minute from 00 to 59")
        try reader.expect(":")
        if reader.isAt("60") { throw reader.failure("leap seconds are not supported") }
        second = try reader.number(2, 0...59, "a second from 00 to 59")
        if reader.take(".") { microsecond = try reader.fraction() }
        let offset = try reader.offset()
        guard reader.isAtEnd else { throw reader.misspelt() }
        if offset != 0 { move(minutes: -offset) }
        guard (1...9999).contains(year) else { throw reader.failure("in UTC it is not within the years 0001 to 9999") }
    }

    /// A date alone (RFC 3339, full-date).
    init(date text: String) throws(CoercionFailure) {
        var reader = DigitReader(Array(text.utf8), quoted: shortened(text), scalar: "Date")
        (year, month, day) = try reader.date()
        guard reader.isAtEnd else { throw reader.misspelt() }
    }

    /// `2025-03-01`
    var dateText: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

    /// `2025-03-01T10:20:30.5`, in UTC, without trailing zeros of the fraction.
    var localText: String {
        var text = "\(dateText)T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        if microsecond > 0 {
            var fraction = padded(microsecond, 6)
            while fraction.last == "0" { fraction.removeLast() }
            text += ".\(fraction)"
        }
        return text
    }

    /// `2025-03-01T10:20:30Z`
    var utcText: String { localText + "Z" }

    private mutating func move(minutes: Int) {
        var total = hour * 60 + minute + minutes
        while total < 0 {
            total += 1440
            step(days: -1)
        }
        while total >= 1440 {
            total -= 1440
            step(days: 1)
        }
        hour = total / 60
        minute = total % 60
    }

    private mutating func step(days: Int) {
        day += days
        if day < 1 {
            month -= 1
            if month < 1 { (month, year) = (12, year - 1) }
            day = daysInMonth(year, month)
        } else if day > daysInMonth(year, month) {
            day = 1
            month += 1
            if month > 12 { (month, year) = (1, year + 1) }
        }
    }
}

private func daysInMonth(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    default: 31
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Reads fixed numbers of digits, with messages about what was expected.
private struct DigitReader {
    private let bytes: [UInt8]
    private let quoted: String
    private let scalar: String
    private var index = 0

    init(_ bytes: [UInt8], quoted: String, scalar: String) {
        (self.bytes, self.quoted, self.scalar) = (bytes, quoted, scalar)
    }

    var isAtEnd: Bool { index == bytes.count }

    func failure(_ reason: String) -> CoercionFailure {
        CoercionFailure("\(scalar) cannot represent \(quoted): \(reason).")
    }

    func isAt(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    mutating func take(_ text: String) -> Bool {
        guard isAt(text) else { return false }
        index += text.utf8.count
        return true
    }

    mutating func expect(_ text: String) throws(CoercionFailure) { if !take(text) { throw misspelt() } }

    mutating func number(_ width: Int, _ range: ClosedRange<Int>, _ what: String) throws(CoercionFailure) -> Int {
        guard index + width <= bytes.count else { throw failure("expected \(what)") }
        var value = 0
        for byte in bytes[index..<(index + width)] {
            guard (0x30...0x39).contains(byte) else { throw failure("expected \(what)") }
            value = value * 10 + Int(byte - 0x30)
        }
        guard range.contains(value) else { throw failure("expected \(what)") }
        index += width
        return value
    }

    /// The expected form as a whole, with an example, if no single part can be blamed.
    func misspelt() -> CoercionFailure {
        if scalar == "Date" { return failure("a date is written as \"2025-03-01\", year, month and day") }
        let examples = "\"2025-03-01T10:20:30Z\" or \"2025-03-01T11:20:30+01:00\""
        return failure("a point of time is written as in RFC 3339, with its time zone, such as \(examples)")
    }

    mutating func date() throws(CoercionFailure) -> (Int, Int, Int) {
        let form = Array("dddd-dd-dd".utf8)
        let isDate =
            bytes.count >= form.count
            && zip(bytes, form).allSatisfy { $1 == UInt8(ascii: "-") ? $0 == $1 : (0x30...0x39).contains($0) }
        guard isDate else { throw misspelt() }
        let year = try number(4, 1...9999, "a year from 0001 to 9999")
        index += 1
        let month = try number(2, 1...12, "a month from 01 to 12")
        index += 1
        let day = try number(2, 1...31, "a day from 01 to 31")
        let last = daysInMonth(year, month)
        guard day <= last else { throw failure("that month has \(last) days") }
        return (year, month, day)
    }

    /// The fraction in microseconds; further digits must be zeros, because they would be lost.
    mutating func fraction() throws(CoercionFailure) -> Int {
        var value = 0, count = 0
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
            let digit = Int(bytes[index] - 0x30)
            if count < 6 {
                value = value * 10 + digit
            } else if digit != 0 {
                throw failure("it has more than six fraction digits")
            }
            count += 1
            index += 1
        }
        guard count > 0 else { throw failure("expected digits behind the point") }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// Minutes east of UTC.
    mutating func offset() throws(CoercionFailure) -> Int {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0 else { throw failure("it has no time zone: end it with Z or an offset such as +01:00") }
        let hours = try number(2, 0...23, "an offset such as +01:00")
        try expect(":")
        return sign * (hours * 60 + (try number(2, 0...59, "an offset such as +01:00")))
    }
}
