import Crypto
import Foundation
import JWTKit
import PorticoConfiguration
@testable import PorticoIdentity

/// Hands that make tokens, good ones and others.
package enum Tokens {
    package static let secret = "a secret that is long enough for HS256"
    package static let now = 1_750_000_000

    package static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    package static func base64URL(_ text: String) -> String { base64URL(Array(text.utf8)) }

    /// Signed with HMAC-SHA-256 by a key, regardless of the header.
    package static func hmac(header: String = #"{"alg":"HS256"}"#, payload: String, secret: String = secret) -> String {
        let signed = base64URL(header) + "." + base64URL(payload)
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return signed + "." + base64URL(code)
    }

    package static func payload(_ members: String = "", sub: String = "user-1", exp: Int? = now + 60) -> String {
        let all = [#""sub":"\#(sub)""#] + (exp.map { [#""exp":\#($0)"#] } ?? []) + (members.isEmpty ? [] : [members])
        return "{" + all.joined(separator: ",") + "}"
    }
}

package func key(
    kid: String? = nil, _ algorithm: TokenAlgorithm = .hs256, _ material: KeyMaterial = .secret(Tokens.secret)
) async throws -> TokenKey {
    try await TokenKey.make(kid: kid, algorithm: algorithm, material: material)
}
