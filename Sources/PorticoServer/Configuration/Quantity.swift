/// A duration or a size as a person writes it, in the unit that it is kept in.
enum Quantity {
    private static let durations: [(suffix: String, factor: Int)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
    private static let sizes: [(suffix: String, factor: Int)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)]

    /// `500ms`, `10s`, `5m`, `1h` → milliseconds.
    static func milliseconds(_ text: String) -> Int? { parse(text, durations) }

    /// `512`, `64KiB`, `1MiB`, `2MB` → bytes.
    static func bytes(_ text: String) -> Int? { Int(digits: text) ?? parse(text, sizes) }

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
    /// Decimal digits and nothing else, not even a sign.
    fileprivate init?(digits text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text) else { return nil }
        self = value
    }
}

/// `30m` → seconds, for the commands' flags.
/// - Returns: `nil` when it is no duration.
public func durationInSeconds(_ text: String) -> Int? { Quantity.milliseconds(text).map { $0 / 1000 } }
