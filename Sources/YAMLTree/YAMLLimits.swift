/// How much a YAML file may ask of the parser.
public struct YAMLLimits: Sendable {
    /// Bytes of the whole text. Stands against naming the wrong file.
    public var bytes: Int
    /// Mappings and sequences within each other. Stands against exhausting the stack.
    public var depth: Int
    /// Scalars, sequences and mappings. Stands against files that are small and expand into much.
    public var nodes: Int

    public init(bytes: Int = 1 << 20, depth: Int = 64, nodes: Int = 100_000) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
    }

    public static let standard = YAMLLimits()
}
