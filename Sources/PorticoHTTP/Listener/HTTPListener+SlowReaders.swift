/// Waiting answers share a budget with those being made. When it is full, the answers of the
/// slowest readers are dropped, so that no other client is refused because of them.
extension HTTPListener {
    /// Milliseconds that an answer may wait before its client counts as slow.
    static let slowAfter = 1_000
    /// Bytes per second above which a client is not slow.
    static let slowRate = 1 << 20
    /// A search frees at least this fraction of the budget if possible, to serve many answers.
    static let leastFreed = 16
    /// Milliseconds between two searches. Guards against a search for each answer.
    static let slowSearchPause = 100

    /// Closes slow readers' connections until the given bytes of answers are freed or none is left.
    /// - Parameter owner: Only this owner's answers are dropped; `nil` for any.
    func closeSlowReaders(toFree bytes: Int, of owner: UInt64?) {
        guard reactor.now >= nextSlowSearch else { return }
        var slow: [(connection: HTTPConnection, rate: Int)] = []
        forEachConnection { connection in
            guard owner == nil || connection.answerOwner == owner else { return }
            if let rate = connection.readerRate, rate < Self.slowRate { slow.append((connection, rate)) }
        }
        slow.sort { $0.rate < $1.rate }
        let before = answers.budget.used, wanted = max(bytes, answers.budget.limit / Self.leastFreed)
        // Shared bytes are freed with their last answer, so the budget's figure counts.
        for (connection, _) in slow where before - answers.budget.used < wanted {
            statistics.slowReaders += 1
            connection.close()
        }
        nextSlowSearch = reactor.now + Self.slowSearchPause
    }
}
