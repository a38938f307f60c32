/// Whether the affected viewers can see more, less, or something incomparable after a change.
public struct AccessDirection: OptionSet, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let gain = AccessDirection(rawValue: 1)
    public static let loss = AccessDirection(rawValue: 2)
    /// Neither the old nor the new is provably within the other.
    public static let unclear = AccessDirection(rawValue: 4)

    /// Whether a viewer may see something new, for review. Incomparable changes count.
    public var mayGain: Bool { contains(.gain) || contains(.unclear) }

    /// `gain`, `loss`, `gain and loss`, `cannot be compared`, or `neither`.
    public var description: String {
        if contains(.unclear) { return "cannot be compared" }
        return switch (contains(.gain), contains(.loss)) {
        case (true, true): "gain and loss"
        case (true, false): "gain"
        case (false, true): "loss"
        case (false, false): "neither"
        }
    }
}
