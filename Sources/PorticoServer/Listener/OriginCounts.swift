import SocketLoop

/// How many connections each address has, and whether it may have another.
struct OriginCounts {
    private let share: Int
    private let countsThisMachine: Bool
    /// One for each address that has a connection; there are at most as many as connections.
    private var counts: [PeerOrigin: Int] = [:]

    /// - Parameter share: Connections that one address may have.
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
