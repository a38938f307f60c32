public enum KeyMaterial: Sendable, Equatable {
    /// For HS256: the bytes of the text.
    case secret(String)
    /// For the others: a public key as PEM.
    case publicKey(pem: String)
}
