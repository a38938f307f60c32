/// Limits of a YAML file.
public struct YAMLLimits: Sendable {
    /// Bytes of the whole text. Guards against naming the wrong file.
    public var bytes: Int
    /// Nested mappings and sequences. Guards against exhausting the stack.
    public var depth: Int
    /// Scalars, sequences and mappings. Guards against small files that expand into much.
    public var nodes: Int

    public init(bytes: Int = 1 << 20, depth: Int = 64, nodes: Int = 100_000) {
        (self.bytes, self.depth, self.nodes) = (bytes, depth, nodes)
    }

    public static let standard = YAMLLimits()
}
