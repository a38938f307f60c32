/// What a JSON text may cost before it is refused.
public struct JSONLimits: Sendable, Equatable {
    /// How deep arrays and objects may be nested; stands against a body of brackets that would
    /// exhaust the stack.
    public var depth: Int
    /// The longest text, in bytes; stands against readers of files and of the network that have no
    /// bound of their own.
    public var bytes: Int
    /// How many values a tree may have; stands against a small body (`[[],[],…]`) that becomes a
    /// large tree.
    public var values: Int

    public init(depth: Int = 64, bytes: Int = 16 << 20, values: Int = 200_000) {
        self.depth = depth
        self.bytes = bytes
        self.values = values
    }

    public static let standard = JSONLimits()
}

/// Why a text is not JSON, or more of it than is read.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence, fit for a stranger.
    public var message: String
    /// The byte at which it was noticed, counted from 0.
    public var offset: Int

    public init(_ message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    public var description: String { "\(message) (at byte \(offset))" }
}
