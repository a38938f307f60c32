import ExactText

/// The keys for verifying tokens. Immutable; a refreshed set replaces it as a whole.
package struct KeySet: Sendable {
    private let named: [ExactString: TokenKey]
    /// The key for tokens that name none: the one without a `kid`, or the only one.
    private let unnamed: TokenKey?

    let count: Int
    let ids: Set<TokenKey.ID>

    /// - Throws: ``KeyFailure`` when two keys have the same `kid`, or two have none.
    package init(_ keys: [TokenKey]) throws(KeyFailure) {
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

    /// Whether a key has this name; for `nil`, whether there is one for unnamed tokens.
    func hasKey(named kid: String?) -> Bool {
        if let kid { named[ExactString(kid)] != nil } else { unnamed != nil }
    }

    /// The key that a token's header names, or `nil`. An unknown `kid` is never tried against other
    /// keys, and `alg` must be the key's own.
    func key(kid: String?, algorithm: String) -> TokenKey? {
        let key = if let kid { named[ExactString(kid)] } else { unnamed }
        return key?.algorithm.rawValue == algorithm ? key : nil
    }
}
