/// Answers that wait for their clients share a budget with those that are made. When that is full,
/// the answers of those who fetch most slowly are given up, so that nobody who reads is refused
/// because of who does not.
extension HTTPListener {
    /// Milliseconds that a client may keep an answer waiting before it counts as slow.
    static let slowAfter = 1_000
    /// Bytes a second; whoever fetches more is not slow.
    static let slowRate = 1 << 20
    /// A search frees at least this part of the budget where it can, so that there is one for many
    /// answers.
    static let leastFreed = 16
    /// Milliseconds until connections are looked through again. Guards against a search for each
    /// answer.
    static let slowSearchPause = 100

    /// Closes connections of slow readers until so many bytes of answers are given back, or none is
    /// left.
    /// - Parameter owner: Whose answers alone are given up; `nil` for anybody's.
    func closeSlowReaders(toFree bytes: Int, of owner: UInt64?) {
        guard reactor.now >= nextSlowSearch else { return }
        var slow: [(connection: HTTPConnection, rate: Int)] = []
        forEachConnection { connection in
            guard owner == nil || connection.answerOwner == owner else { return }
            if let rate = connection.readerRate, rate < Self.slowRate { slow.append((connection, rate)) }
        }
        slow.sort { $0.rate < $1.rate }
        let before = answers.budget.used, wanted = max(bytes, answers.budget.limit / Self.leastFreed)
        // Shared bytes are freed with the last answer that shows them: what counts is what the
        // budget has got back.
        for (connection, _) in slow where before - answers.budget.used < wanted {
            statistics.slowReaders += 1
            connection.close()
        }
        nextSlowSearch = reactor.now + Self.slowSearchPause
    }
}
