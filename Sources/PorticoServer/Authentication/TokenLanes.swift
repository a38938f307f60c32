import ExactText

/// In which line a token waits for its signature to be verified; the lines take turns.
///
/// Whose a token is shows only afterwards. So each address has lines of its own: one for each user
/// whose tokens it has sent that turned out good before, and one for all others. A flood of made-up
/// tokens from one address, for whatever users, stands in one line; one that names a known user
/// stands in that user's line of that address. Nobody else waits for more than a turn of it.
struct TokenLanes {
    /// Users that are remembered, at most twice as many. Stands against an issuer of tokens for
    /// endlessly many.
    static let mostKnown = 10_000

    private struct Known: Hashable {
        let peer: [UInt8]
        let subject: ExactString
    }

    private var young: Set<Known> = []
    private var old: Set<Known> = []

    /// What addresses of one owner have in common: a network of IPv6 has more addresses than there
    /// are turns.
    private static func network(_ peer: Peer?) -> [UInt8] {
        switch peer {
        case .address(let address): Array(address.bytes.prefix(8))
        case .local?, nil: []
        }
    }

    func lane(peer: Peer?, subject: ExactString) -> UInt64 {
        let network = Self.network(peer), known = Known(peer: network, subject: subject)
        var hasher = Hasher()
        hasher.combine(network)
        if young.contains(known) || old.contains(known) { hasher.combine(subject) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// A token of the user was good.
    mutating func verified(peer: Peer?, subject: ExactString) {
        let known = Known(peer: Self.network(peer), subject: subject)
        if young.contains(known) { return }
        if young.count >= Self.mostKnown { (old, young) = (young, []) }
        young.insert(known)
    }
}
