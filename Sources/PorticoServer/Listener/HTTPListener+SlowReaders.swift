/// Answers that wait for their clients share a budget with those that are made. When that is full, the answers of those who
/// fetch most slowly are given up, so that nobody who reads is refused because of who does not.
extension HTTPListener {
    /// Milliseconds that a client may keep an answer waiting before it counts as slow.
    static let slowAfter = 1_000
    /// Bytes a second; whoever fetches more is not slow.
    static let slowRate = 1 << 20
    /// Milliseconds until connections are looked through again once none was slow. Guards against a search for each answer.
    static let slowSearchPause = 100

    /// Closes connections of slow readers until so many bytes of answers are given back, or none is left.
    func closeSlowReaders(toFree bytes: Int) {
        guard reactor.now >= nextSlowSearch else { return }
        var slow: [(connection: HTTPConnection, rate: Int)] = []
        forEachConnection { connection in
            if let rate = connection.readerRate, rate < Self.slowRate { slow.append((connection, rate)) }
        }
        slow.sort { $0.rate < $1.rate }
        var freed = 0
        for (connection, _) in slow where freed < bytes {
            freed += connection.bodyLeft
            statistics.slowReaders += 1
            connection.close()
        }
        if freed < bytes { nextSlowSearch = reactor.now + Self.slowSearchPause }
    }
}
