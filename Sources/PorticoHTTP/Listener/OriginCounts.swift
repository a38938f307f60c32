import SocketLoop

/// The number of connections per address, and whether another is allowed.
struct OriginCounts {
    private let share: Int
    private let countsThisMachine: Bool
    /// One for each address with a connection; bounded by the number of connections.
    private var counts: [PeerOrigin: Int] = [:]

    /// - Parameter share: Connections per address.
    init(share: Int, countsThisMachine: Bool) {
        self.share = share
        self.countsThisMachine = countsThisMachine
    }

    func admits(_ origin: PeerOrigin) -> Bool { counts[origin, default: 0] < share }

    mutating func add(_ origin: PeerOrigin) {
        if origin != .thisMachine || countsThisMachine { counts[origin, default: 0] += 1 }
    }

    mutating func remove(_ origin: PeerOrigin) {
        guard let count = counts[origin] else { return }
        counts[origin] = count > 1 ? count - 1 : nil
    }
}
