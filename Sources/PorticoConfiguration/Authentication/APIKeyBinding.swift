import ExactText

/// A partner's API key: its user, and the SHA-256 of the key, which itself is not stored.
public struct APIKeyBinding: Sendable, Equatable {
    public var user: ExactString
    /// 32 bytes.
    public var sha256: [UInt8]
}
