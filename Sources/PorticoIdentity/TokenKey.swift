import Crypto
import JWTKit
import PorticoConfiguration

/// One key for verifying tokens, bound to one algorithm: a token's header never chooses its use.
package struct TokenKey: Sendable {
    /// Identifies the key: what it has verified stays valid as long as it is in force.
    package struct ID: Hashable, Sendable {
        private let digest: [UInt8]

        init(kid: String?, algorithm: TokenAlgorithm, material: [String]) {
            var hash = SHA256()
            for part in [kid.map { "k\($0)" } ?? "", algorithm.rawValue] + material {
                hash.update(data: Array("\(part.utf8.count):".utf8))
                hash.update(data: Array(part.utf8))
            }
            digest = Array(hash.finalize())
        }
    }

    let id: ID
    let kid: String?
    let algorithm: TokenAlgorithm
    /// Contains only this key, so that JWTKit has no choice.
    let collection: JWTKeyCollection
}

extension TokenKey {
    /// A key of the configuration.
    package static func make(
        kid: String?, algorithm: TokenAlgorithm, material: KeyMaterial
    ) async throws(KeyFailure) -> TokenKey {
        let collection = JWTKeyCollection()
        let name = KeyLimits.name(kid)
        do {
            switch (algorithm, material) {
            case (.hs256, .secret(let secret)):
                try KeyLimits.check(secret: secret, kid: kid)
                await collection.add(hmac: HMACKey(from: Array(secret.utf8)), digestAlgorithm: .sha256)
            case (.rs256, .publicKey(let pem)):
                await collection.add(rsa: try Insecure.RSA.PublicKey(pem: pem), digestAlgorithm: .sha256)
            case (.es256, .publicKey(let pem)):
                await collection.add(ecdsa: try ES256PublicKey(pem: pem))
            case (.eddsa, .publicKey(let pem)):
                await collection.add(eddsa: try EdDSA.PublicKey(pem: pem))
            case (.hs256, .publicKey):
                throw KeyFailure("\(name) is for HS256, which takes a secret, not a public key.")
            case (.rs256, .secret), (.es256, .secret), (.eddsa, .secret):
                throw KeyFailure("\(name) is for \(algorithm.rawValue), which takes a public key, not a secret.")
            }
        } catch let failure as KeyFailure {
            throw failure
        } catch {
            throw KeyFailure("\(name) is not a public key for \(algorithm.rawValue) in PEM.")
        }
        let parts =
            switch material {
            case .secret(let secret): ["secret", secret]
            case .publicKey(let pem): ["public", pem]
            }
        return TokenKey(
            id: ID(kid: kid, algorithm: algorithm, material: parts), kid: kid, algorithm: algorithm,
            collection: collection)
    }
}
