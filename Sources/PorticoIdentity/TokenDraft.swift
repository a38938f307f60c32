import JWTKit

/// A token that is valid except for its signature, which is not verified yet.
struct TokenDraft: Sendable {
    let token: [UInt8]
    let key: TokenKey
    /// Not to be trusted yet.
    let claims: TokenClaims

    func isSigned() async -> Bool {
        do {
            _ = try await key.collection.verify(token, as: SignedPayload.self)
            return true
        } catch {
            return false
        }
    }

    /// JWTKit requires a payload type; claims are parsed strictly from the signed bytes.
    private struct SignedPayload: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
