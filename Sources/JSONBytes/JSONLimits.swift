/// Limits of a JSON text.
public struct JSONLimits: Sendable, Equatable {
    /// Nesting of arrays and objects. Guards against a body of brackets that exhausts the stack.
    public var depth: Int
    /// Bytes of the text. Guards readers of files and of the network without a limit of their own.
    public var bytes: Int
    /// Values of a tree. Guards against a small body (`[[],[],…]`) that becomes a large tree.
    public var values: Int

    public init(depth: Int = 64, bytes: Int = 16 << 20, values: Int = 200_000) {
        (self.depth, self.bytes, self.values) = (depth, bytes, values)
    }

    public static let standard = JSONLimits()
}

/// Why a text is not JSON, or exceeds a limit.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence, which clients may see.
    public var message: String
    /// The byte offset of the error, from 0.
    public var offset: Int

    public init(_ message: String, offset: Int) { (self.message, self.offset) = (message, offset) }

    public var description: String { "\(message) (at byte \(offset))" }
}
