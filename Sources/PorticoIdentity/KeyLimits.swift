import PorticoConfiguration

extension KeyLimits {
    /// Keys of one JWKS. Guards against an endless document.
    static let keys = 64

    /// The name of a key in messages.
    static func name(_ kid: String?) -> String { kid.map { "The key \"\($0)\"" } ?? "The key without a kid" }

    static func check(secret: String, kid: String?) throws(KeyFailure) {
        guard secret.utf8.count >= secretBytes else {
            let count = secret.utf8.count
            throw KeyFailure("\(name(kid)) is a secret of \(count) bytes; HS256 needs at least \(secretBytes).")
        }
    }
}
