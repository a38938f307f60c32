import GraphQLSchema

/// PostgreSQL's text form of a value for a parameter; for `.array`, the array literal.
///
/// Throws one sentence for everything that PostgreSQL would refuse (a NUL character, a number out
/// of range, an enum value without a label …), so that no cast can fail when the statement runs. A
/// single value for an array type becomes an array of one. JSON comes as `.json`, whose text was
/// checked during coercion.
public func parameterText(_ value: InputValue, for type: ColumnType) throws(CoercionFailure) -> [UInt8] {
    if case .array(let element) = type { return try arrayText(value, of: element) }
    switch value {
    case .string(let text): return try bytes(of: text, for: type)
    case .int(let number): return try bytes(ofNumber: String(number), for: type)
    case .float(let number):
        guard number.isFinite else { throw CoercionFailure("\(number) is not a finite number.") }
        return try bytes(ofFloat: number, for: type)
    case .boolean(let flag):
        guard type == .bool else { throw mismatch(flag ? "true" : "false", type) }
        return Array((flag ? "t" : "f").utf8)
    case .enumValue(let name):
        if case .enum(let binding) = type { return try bytes(ofEnum: name, binding) }
        return try bytes(of: name, for: type)
    case .json(let text):
        guard type == .jsonb || type == .json else { throw mismatch("a JSON value", type) }
        return Array(text.utf8)
    case .null:
        throw CoercionFailure("Null is not a value to compare with: ask for a missing value with `isNull: true`.")
    case .list: throw mismatch("a list", type)
    case .object: throw mismatch("an object", type)
    }
}

private func mismatch(_ what: String, _ type: ColumnType) -> CoercionFailure {
    CoercionFailure("\(what) is not \(expectation(of: type)).")
}

private func expectation(of type: ColumnType) -> String {
    switch type {
    case .text, .varchar, .bpchar, .citext: "a text"
    case .uuid: "a UUID such as 2f1c8a52-6f0e-4b5c-9d59-0c9a4f4ce0aa"
    case .int2: "an integer within 16 bits"
    case .int4: "an integer within 32 bits"
    case .int8: "an integer within 64 bits"
    case .float4: "a number within single precision"
    case .float8: "a number within double precision"
    case .numeric: "a decimal number"
    case .bool: "true or false"
    case .timestamptz, .timestamp: "a point of time"
    case .date: "a date"
    case .json, .jsonb: "a JSON value"
    case .enum(let binding): "a value of \(binding.name)"
    case .array: "a list"
    }
}

private func bytes(of text: String, for type: ColumnType) throws(CoercionFailure) -> [UInt8] {
    switch type {
    case .text, .varchar, .bpchar, .citext:
        let bytes = Array(text.utf8)
        if bytes.contains(0) { throw CoercionFailure("A text cannot hold a NUL character (U+0000).") }
        return bytes
    case .uuid:
        guard let uuid = canonicalUUID(text) else { throw mismatch(shortened(text), type) }
        return uuid
    case .int2, .int4, .int8: return try bytes(ofNumber: text, for: type)
    case .float4, .float8:
        guard let number = Double(text), number.isFinite, !text.lowercased().contains("x") else {
            throw mismatch(shortened(text), type)
        }
        return try bytes(ofFloat: number, for: type)
    case .numeric: return Array(try decimalText(text).utf8)
    case .bool:
        guard text == "true" || text == "false" else { throw mismatch(shortened(text), type) }
        return Array((text == "true" ? "t" : "f").utf8)
    case .timestamptz: return Array(try DateTimeText(text).utcText.utf8)
    case .timestamp: return Array(try DateTimeText(text).localText.utf8)
    case .date: return Array(try DateTimeText(date: text).dateText.utf8)
    case .json, .jsonb: return Array(try jsonText(.string(text)).utf8)
    case .enum(let binding): return try bytes(ofEnum: text, binding)
    case .array: throw mismatch(shortened(text), type)
    }
}

/// The spelling of a whole number for a column of any type that can hold one.
private func bytes(ofNumber text: String, for type: ColumnType) throws(CoercionFailure) -> [UInt8] {
    func canonical<Number: FixedWidthInteger>(_ number: Number.Type) throws(CoercionFailure) -> [UInt8] {
        guard let value = integer(text, as: number) else { throw mismatch(shortened(text), type) }
        return Array(String(value).utf8)
    }
    switch type {
    case .int2: return try canonical(Int16.self)
    case .int4: return try canonical(Int32.self)
    case .int8: return try canonical(Int64.self)
    case .bool, .timestamptz, .timestamp, .date, .enum, .array, .uuid: throw mismatch(shortened(text), type)
    case .json, .jsonb: return Array(try jsonText(.int(text)).utf8)
    case .text, .varchar, .bpchar, .citext, .float4, .float8, .numeric: return try bytes(of: text, for: type)
    }
}

private func bytes(ofFloat number: Double, for type: ColumnType) throws(CoercionFailure) -> [UInt8] {
    switch type {
    case .float8: return Array(number.description.utf8)
    case .float4:
        let single = Float(number)
        guard single.isFinite, single != 0 || number == 0 else { throw mismatch(number.description, type) }
        return Array(single.description.utf8)
    case .numeric: return Array(try decimalText(number.description).utf8)
    case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8, .bool, .timestamptz, .timestamp, .date, .json,
        .jsonb, .enum, .array:
        throw mismatch(number.description, type)
    }
}

private func bytes(ofEnum name: String, _ binding: EnumBinding) throws(CoercionFailure) -> [UInt8] {
    guard let label = binding.label(of: name) else { throw mismatch(shortened(name), .enum(binding)) }
    return Array(label.utf8)
}

/// The UUID in lower case with its hyphens; the input may be in upper case, or without any hyphen.
private func canonicalUUID(_ text: String) -> [UInt8]? {
    let bytes = Array(text.utf8)
    let hyphens = [8, 13, 18, 23]
    let digits: [UInt8]
    switch bytes.count {
    case 32: digits = bytes
    case 36 where hyphens.allSatisfy({ bytes[$0] == UInt8(ascii: "-") }):
        digits = bytes.indices.filter { !hyphens.contains($0) }.map { bytes[$0] }
    default: return nil
    }
    var result: [UInt8] = []
    for digit in digits {
        let lower = digit | 0x20
        guard (0x30...0x39).contains(digit) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lower) else {
            return nil
        }
        if hyphens.contains(result.count) { result.append(UInt8(ascii: "-")) }
        result.append((0x30...0x39).contains(digit) ? digit : lower)
    }
    return result
}

/// `{"a","b"}`: every element is quoted, so that none is taken for NULL, a brace or a comma.
private func arrayText(_ value: InputValue, of element: ColumnType) throws(CoercionFailure) -> [UInt8] {
    let items: [InputValue]
    if case .list(let list) = value { items = list } else { items = [value] }
    if case .array = element { throw mismatch("a list of lists", element) }
    var result: [UInt8] = [UInt8(ascii: "{")]
    for (index, item) in items.enumerated() {
        if index > 0 { result.append(UInt8(ascii: ",")) }
        result.append(UInt8(ascii: "\""))
        for byte in try parameterText(item, for: element) {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        result.append(UInt8(ascii: "\""))
    }
    result.append(UInt8(ascii: "}"))
    return result
}
