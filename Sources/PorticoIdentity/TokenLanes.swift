import ExactText
import SocketLoop

/// Chooses the lane in which a token waits for verification; lanes take turns.
///
/// A token's owner is known only afterwards. So each address has lanes of its own: one for each
/// user for whom it has sent valid tokens before, and one for all others. A flood of made-up tokens
/// from one address, for any users, shares one lane; tokens that name a known user share that
/// user's lane of that address. Other senders wait for one turn of it at most.
struct TokenLanes {
    /// Users that are remembered, at most twice as many. Guards against an endless number.
    static let mostKnown = 10_000

    private struct Known: Hashable {
        let peer: [UInt8]
        let subject: ExactString
    }

    private var young: Set<Known> = []
    private var old: Set<Known> = []

    /// The common prefix of one owner's addresses: an IPv6 network has too many addresses.
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

    /// A token of the user was valid.
    mutating func verified(peer: Peer?, subject: ExactString) {
        let known = Known(peer: Self.network(peer), subject: subject)
        if young.contains(known) { return }
        if young.count >= Self.mostKnown { (old, young) = (young, []) }
        young.insert(known)
    }
}
