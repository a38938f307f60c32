import Crypto
import ExactText

/// A partner's API key: the user that it stands for, and the SHA-256 of the key. The key itself is
/// nowhere.
public struct APIKeyBinding: Sendable, Equatable {
    public var user: ExactString
    /// 32 bytes.
    public var sha256: [UInt8]

    public init(user: ExactString, sha256: [UInt8]) {
        self.user = user
        self.sha256 = sha256
    }
}

/// The API keys of the configuration. Keys are long random texts, so that a plain hash is enough;
/// passwords have no place here.
struct APIKeyTable: Sendable {
    let bindings: [APIKeyBinding]

    /// The user that a key stands for. Every binding is compared in full, so that time tells
    /// nothing about any hash.
    func user(of key: [UInt8]) -> ExactString? {
        guard !bindings.isEmpty, !key.isEmpty, key.count <= TokenLimits.tokenBytes else { return nil }
        let digest = Array(SHA256.hash(data: key))
        var found: ExactString?
        for binding in bindings where Self.areEqual(binding.sha256, digest) { found = binding.user }
        return found
    }

    private static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in one.indices { difference |= one[index] ^ other[index] }
        return difference == 0
    }
}
