/// Parses a duration or a size into its base unit.
public enum Quantity {
    private static let durations: [(suffix: String, factor: Int)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
    ]
    private static let sizes: [(suffix: String, factor: Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ("B", 1),
    ]

    /// `500ms`, `10s`, `5m`, `1h` → milliseconds.
    public static func milliseconds(_ text: String) -> Int? { parse(text, durations) }

    /// `512`, `64KiB`, `1MiB`, `2MB` → bytes.
    public static func bytes(_ text: String) -> Int? { Int(digits: text) ?? parse(text, sizes) }

    private static func parse(_ text: String, _ units: [(suffix: String, factor: Int)]) -> Int? {
        for (suffix, factor) in units where text.hasSuffix(suffix) {
            guard let number = Int(digits: String(text.dropLast(suffix.count))) else { continue }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return nil
    }
}

extension Int {
    /// Decimal digits only, without a sign.
    fileprivate init?(digits text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let value = Int(text)
        else { return nil }
        self = value
    }
}

extension YAMLReader {
    /// Milliseconds, written with their unit.
    public mutating func duration(_ node: YAMLNode, in range: ClosedRange<Int>, as what: String) -> Int? {
        guard let text = string(node, as: what) else { return nil }
        guard let value = Quantity.milliseconds(text) else {
            report(
                "Expected \(what) as a duration, found `\(node.shownText)`.", at: node.range,
                hint: "Write it with its unit, such as `500ms`, `10s` or `5m`.")
            return nil
        }
        return check(value, in: range, node, as: what, unit: "ms")
    }

    /// Bytes, written with or without a unit.
    public mutating func size(_ node: YAMLNode, in range: ClosedRange<Int>, as what: String) -> Int? {
        guard let text = string(node, as: what) else { return nil }
        guard let value = Quantity.bytes(text) else {
            report(
                "Expected \(what) as a number of bytes, found `\(node.shownText)`.", at: node.range,
                hint: "Write it with its unit, such as `64KiB` or `1MiB`.")
            return nil
        }
        return check(value, in: range, node, as: what, unit: " bytes")
    }

    private mutating func check(
        _ value: Int, in range: ClosedRange<Int>, _ node: YAMLNode, as what: String, unit: String
    ) -> Int? {
        guard !range.contains(value) else { return value }
        let bounds =
            range.upperBound == Int.max
            ? "at least \(range.lowerBound)\(unit)" : "from \(range.lowerBound)\(unit) to \(range.upperBound)\(unit)"
        report("Expected \(what) \(bounds), found \(value)\(unit).", at: node.range)
        return nil
    }
}
