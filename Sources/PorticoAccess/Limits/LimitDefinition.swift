/// One limit: its name, unit, default, valid range, and what it guards against.
public struct LimitDefinition: Sendable {
    public enum Unit: Sendable { case milliseconds, bytes, count }

    /// In files, in `extensions.limit` of an error and in metrics.
    public let name: String
    public let unit: Unit
    /// The default; ``off`` for limits that apply only if set.
    public let standard: Int
    public let range: ClosedRange<Int>
    /// What is counted, and what the limit guards against: a sentence without full stop.
    public let reason: String
    /// What a client can do about it, in whole sentences; empty if no client is involved.
    public let remedy: String

    public init(
        _ name: String, _ unit: Unit, _ standard: Int, _ range: ClosedRange<Int>, _ reason: String, remedy: String = ""
    ) {
        self.name = name
        self.unit = unit
        self.standard = standard
        self.range = range
        self.reason = reason
        self.remedy = remedy
    }

    /// The value of a limit that is not in force.
    public static let off = Int.max
    /// Its spelling in files.
    public static let offWord = "off"

    public var mayBeOff: Bool { standard == Self.off }

    /// A value as files write it, such as `10s`, `1MiB` or `500`.
    public func text(_ value: Int) -> String {
        if value == Self.off, mayBeOff { return Self.offWord }
        switch unit {
        case .count: return String(value)
        case .milliseconds: return value % 1000 == 0 ? "\(value / 1000)s" : "\(value)ms"
        case .bytes:
            if value > 0, value % (1 << 20) == 0 { return "\(value >> 20)MiB" }
            return value > 0 && value % (1 << 10) == 0 ? "\(value >> 10)KiB" : "\(value)B"
        }
    }
}
