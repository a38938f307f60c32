import JSONBytes
import JWTKit
import PorticoConfiguration

/// Reads a JSON Web Key Set (RFC 7517).
enum JWKSDocument {
    /// A document's keys for tokens; skips those without `kid`, or for another use or algorithm.
    /// - Throws: ``KeyFailure`` when it is not a JWKS, or contains no usable key.
    static func keys(_ bytes: [UInt8], name: String) async throws(KeyFailure) -> [TokenKey] {
        let entries: [JSONValue]
        do throws(JSONError) {
            guard case .array(let found)? = try parseJSON(bytes)["keys"] else {
                throw JSONError("It has no list \"keys\".", offset: 0)
            }
            entries = found
        } catch {
            throw KeyFailure("\(name) is not a JSON Web Key Set: \(error.message)")
        }
        guard entries.count <= KeyLimits.keys else {
            throw KeyFailure("\(name) holds more than \(KeyLimits.keys) keys.")
        }
        var keys: [TokenKey] = []
        for entry in entries {
            guard let kid = entry["kid"]?.string, entry["use"]?.string ?? "sig" == "sig",
                let algorithm = algorithm(of: entry)
            else { continue }
            guard let jwk = publicKey(entry, kid: kid, algorithm: algorithm) else { continue }
            let collection = JWTKeyCollection()
            do { try await collection.add(jwk: jwk) } catch {
                throw KeyFailure("The key \"\(kid)\" of \(name) is not a valid \(algorithm.rawValue) key.")
            }
            let parts = ["kty", "crv", "n", "e", "x", "y"].map { entry[$0]?.string ?? "" }
            keys.append(
                TokenKey(
                    id: TokenKey.ID(kid: kid, algorithm: algorithm, material: parts), kid: kid, algorithm: algorithm,
                    collection: collection))
        }
        guard !keys.isEmpty else { throw KeyFailure("\(name) holds no key with a kid for RS256, ES256 or EdDSA.") }
        return keys
    }

    /// By the type of the key; `alg`, if present, must agree. Without symmetric keys.
    private static func algorithm(of entry: JSONValue) -> TokenAlgorithm? {
        let own: TokenAlgorithm? =
            switch (entry["kty"]?.string, entry["crv"]?.string) {
            case ("RSA", _): .rs256
            case ("EC", "P-256"): .es256
            case ("OKP", "Ed25519"): .eddsa
            default: nil
            }
        return entry["alg"]?.string == nil || entry["alg"]?.string == own?.rawValue ? own : nil
    }

    /// Only the public members are read, in case a private key was published by mistake.
    private static func publicKey(_ entry: JSONValue, kid: String, algorithm: TokenAlgorithm) -> JWK? {
        let identifier = JWKIdentifier(string: kid)
        switch algorithm {
        case .rs256:
            return .rsa(.rs256, identifier: identifier, modulus: entry["n"]?.string, exponent: entry["e"]?.string)
        case .es256:
            return .ecdsa(.es256, identifier: identifier, x: entry["x"]?.string, y: entry["y"]?.string, curve: .p256)
        case .eddsa:
            return .octetKeyPair(.eddsa, identifier: identifier, x: entry["x"]?.string, y: nil, curve: .ed25519)
        case .hs256: return nil
        }
    }
}
