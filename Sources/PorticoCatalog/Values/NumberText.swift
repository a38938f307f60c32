import GraphQLSchema

/// Digits of one decimal number. Guards against numbers that are too expensive for the database;
/// PostgreSQL itself allows 131,072 before the point and 16,383 after it.
let decimalDigitLimit = 1_000

/// A decimal number without an exponent and without leading zeros, such as `-12.50`, from a
/// spelling with or without an exponent. Throws one sentence if the text is not a number or has
/// more digits than the limit when written out.
func decimalText(_ text: String) throws(CoercionFailure) -> String {
    func failure(_ reason: String) -> CoercionFailure {
        CoercionFailure("Decimal cannot represent \(shortened(text)): \(reason).")
    }
    var rest = Array(text.utf8)[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    func digits() -> ArraySlice<UInt8> {
        let run = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(run.count)
        return run
    }
    var whole = Array(digits()), fraction: [UInt8] = []
    guard !whole.isEmpty else { throw failure("it is not a decimal number") }
    if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = Array(digits())
        guard !fraction.isEmpty else { throw failure("it is not a decimal number") }
    }
    var exponent = 0
    if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
        guard let value = Int(String(decoding: rest.dropFirst(), as: UTF8.self)) else {
            throw failure("it is not a decimal number")
        }
        exponent = value
        rest = []
    }
    guard rest.isEmpty else { throw failure("it is not a decimal number") }
    guard exponent.magnitude <= decimalDigitLimit, whole.count + fraction.count <= decimalDigitLimit else {
        throw failure("it has more than \(decimalDigitLimit) digits")
    }
    while exponent > 0 {
        whole.append(fraction.isEmpty ? 0x30 : fraction.removeFirst())
        exponent -= 1
    }
    while exponent < 0 {
        fraction.insert(whole.popLast() ?? 0x30, at: 0)
        exponent += 1
    }
    whole = Array(whole.drop { $0 == 0x30 })
    guard whole.count + fraction.count <= decimalDigitLimit else {
        throw failure("it has more than \(decimalDigitLimit) digits")
    }
    let isZero = whole.isEmpty && fraction.allSatisfy { $0 == 0x30 }
    let number =
        (whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self))
        + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self))
    return isNegative && !isZero ? "-" + number : number
}

/// A whole number from decimal digits alone; `nil` for anything else, including `+1` and blanks.
func integer<Number: FixedWidthInteger>(_ text: String, as type: Number.Type) -> Number? {
    guard text.utf8.count <= 40, text.utf8.first != UInt8(ascii: "+") else { return nil }
    return Number(text)
}

/// A quoted value for a message, truncated. Guards against answers as long as the request.
func shortened(_ text: String) -> String { text.count <= 60 ? "\"\(text)\"" : "\"\(text.prefix(60))…\"" }
