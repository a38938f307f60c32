package enum KeyLimits {
    /// Minimum bytes of an HS256 key, which RFC 7518, section 3.2, requires to be as long as its
    /// hash. Guards against a secret that can be guessed offline from one token.
    package static let secretBytes = 32
}
