public struct KeyConfiguration: Sendable, Equatable {
    public var kid: String?
    public var algorithm: TokenAlgorithm
    public var material: KeyMaterial

    public init(kid: String?, algorithm: TokenAlgorithm, material: KeyMaterial) {
        (self.kid, self.algorithm, self.material) = (kid, algorithm, material)
    }
}
