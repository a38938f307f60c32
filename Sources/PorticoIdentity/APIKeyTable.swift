import Crypto
import ExactText
import PorticoConfiguration

/// The API keys of the configuration. Keys are long random texts, for which a plain hash suffices;
/// passwords are not supported.
struct APIKeyTable: Sendable {
    let bindings: [APIKeyBinding]

    /// The user of a key. Compares every binding in full: timing reveals no hash.
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
