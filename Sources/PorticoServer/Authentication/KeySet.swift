import Crypto
import ExactText
import JWTKit

/// One key that tokens may be signed with, bound to one algorithm: what the token's own header says
/// never chooses how a key is used.
struct TokenKey: Sendable {
    /// What makes the key the one that it is: what a token was verified by holds as long as it is
    /// there.
    struct ID: Hashable, Sendable {
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
    /// Holds this key alone, so that JWTKit has nothing to choose from.
    let collection: JWTKeyCollection
}

/// The keys that tokens are verified by. Immutable; a refreshed set replaces it as a whole.
struct KeySet: Sendable {
    private let named: [ExactString: TokenKey]
    /// The key for tokens that name none: the one without a `kid`, or the only one there is.
    private let unnamed: TokenKey?

    let count: Int
    let ids: Set<TokenKey.ID>

    /// - Throws: ``KeyFailure`` when two keys have the same `kid`, or two have none.
    init(_ keys: [TokenKey]) throws(KeyFailure) {
        var named: [ExactString: TokenKey] = [:]
        var unnamed: TokenKey?
        for key in keys {
            if let kid = key.kid {
                guard named.updateValue(key, forKey: ExactString(kid)) == nil else {
                    throw KeyFailure("Two keys have the kid \"\(kid)\".")
                }
            } else {
                guard unnamed == nil else {
                    throw KeyFailure("Two keys have no kid; with several keys, each but one needs its own.")
                }
                unnamed = key
            }
        }
        self.named = named
        self.unnamed = unnamed ?? (keys.count == 1 ? keys.first : nil)
        count = keys.count
        ids = Set(keys.map(\.id))
    }

    /// Whether some key has this name, or may be meant by none.
    func hasKey(named kid: String?) -> Bool { if let kid { named[ExactString(kid)] != nil } else { unnamed != nil } }

    /// The key that a token's header names, or `nil`: an unknown `kid` is never tried against other
    /// keys, and another `alg` than the key's own finds nothing.
    func key(kid: String?, algorithm: String) -> TokenKey? {
        let key = if let kid { named[ExactString(kid)] } else { unnamed }
        return key?.algorithm.rawValue == algorithm ? key : nil
    }
}

/// Why there is no usable set of keys. Its description is fit for the operator; it never holds the
/// key.
public struct KeyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}

/// What a key is made of.
public enum KeyMaterial: Sendable, Equatable {
    /// For HS256: the bytes of the text.
    case secret(String)
    /// For the others: a public key as PEM.
    case publicKey(pem: String)
}

enum KeyLimits {
    /// Bytes; RFC 7518, section 3.2, wants an HS256 key as long as its hash. Stands against a
    /// secret that can be guessed off line from one token.
    static let secretBytes = 32
    /// Keys of one JWKS; stands against an endless document.
    static let keys = 64

    /// What messages call a key.
    static func name(_ kid: String?) -> String { kid.map { "The key \"\($0)\"" } ?? "The key without a kid" }

    static func check(secret: String, kid: String?) throws(KeyFailure) {
        guard secret.utf8.count >= secretBytes else {
            let count = secret.utf8.count
            throw KeyFailure("\(name(kid)) is a secret of \(count) bytes; HS256 needs at least \(secretBytes).")
        }
    }
}

extension TokenKey {
    /// A key of the configuration.
    static func make(
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
