import JSONBytes
import JWTKit

/// A JSON Web Key Set (RFC 7517) as keys of ours.
enum JWKSDocument {
    /// The keys of a document that can verify tokens; those without a `kid`, for another use or for
    /// another algorithm are left out.
    /// - Throws: ``KeyFailure`` when it is no JWKS, or holds no usable key.
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
            guard let kid = entry.text("kid"), entry.text("use") ?? "sig" == "sig", let algorithm = algorithm(of: entry)
            else { continue }
            guard let jwk = publicKey(entry, kid: kid, algorithm: algorithm) else { continue }
            let collection = JWTKeyCollection()
            do { try await collection.add(jwk: jwk) } catch {
                throw KeyFailure("The key \"\(kid)\" of \(name) is not a valid \(algorithm.rawValue) key.")
            }
            let parts = ["kty", "crv", "n", "e", "x", "y"].map { entry.text($0) ?? "" }
            keys.append(
                TokenKey(
                    id: TokenKey.ID(kid: kid, algorithm: algorithm, material: parts), kid: kid, algorithm: algorithm,
                    collection: collection))
        }
        guard !keys.isEmpty else { throw KeyFailure("\(name) holds no key with a kid for RS256, ES256 or EdDSA.") }
        return keys
    }

    /// By the type of the key; `alg`, where it stands, must agree. Symmetric keys have no place in
    /// a published set.
    private static func algorithm(of entry: JSONValue) -> TokenAlgorithm? {
        let own: TokenAlgorithm? =
            switch (entry.text("kty"), entry.text("crv")) {
            case ("RSA", _): .rs256
            case ("EC", "P-256"): .es256
            case ("OKP", "Ed25519"): .eddsa
            default: nil
            }
        return entry.text("alg") == nil || entry.text("alg") == own?.rawValue ? own : nil
    }

    /// Only the public members go in: a private key that was put into the file by mistake is not
    /// taken up.
    private static func publicKey(_ entry: JSONValue, kid: String, algorithm: TokenAlgorithm) -> JWK? {
        let identifier = JWKIdentifier(string: kid)
        switch algorithm {
        case .rs256: return .rsa(.rs256, identifier: identifier, modulus: entry.text("n"), exponent: entry.text("e"))
        case .es256: return .ecdsa(.es256, identifier: identifier, x: entry.text("x"), y: entry.text("y"), curve: .p256)
        case .eddsa: return .octetKeyPair(.eddsa, identifier: identifier, x: entry.text("x"), y: nil, curve: .ed25519)
        case .hs256: return nil
        }
    }
}

extension JSONValue {
    /// The string under a key, or `nil` when there is none.
    fileprivate func text(_ key: String) -> String? {
        if case .string(let text)? = self[key] { text } else { nil }
    }
}
