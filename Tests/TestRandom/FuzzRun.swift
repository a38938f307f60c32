import Foundation

/// How long a fuzzer runs and from which seed: a few rounds of fixed seeds in the suite, more by
/// `scripts/fuzz SECONDS [TARGET]`.
public enum FuzzRun {
    /// Seconds for each fuzzer (`PORTICO_FUZZ_SECONDS`); `nil` in the suite.
    public static let seconds: Double? = ProcessInfo.processInfo.environment["PORTICO_FUZZ_SECONDS"].flatMap(
        Double.init)

    /// The first seed (`PORTICO_FUZZ_SEED`, else 1): the same seeds make the same cases.
    public static let seed: UInt64 = ProcessInfo.processInfo.environment["PORTICO_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

    /// Calls `body` with one seed after the other, `rounds` times, or until the time of a long run
    /// is over or `body` returns false. Returns how many were run.
    ///
    /// The seed of a round that fails is printed; that of one that crashes stands in the file that
    /// `PORTICO_FUZZ_NOTE` names.
    @discardableResult
    public static func rounds(_ rounds: Int, _ name: String, _ body: (UInt64) throws -> Bool) rethrows -> Int {
        let start = ContinuousClock.now
        var count = 0
        while seconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (count < rounds) {
            let current = seed &+ UInt64(count)
            if seconds != nil { note(name, current) }
            count += 1
            guard try body(current) else {
                print("\(name): failed with the seed \(current); replay it with PORTICO_FUZZ_SEED=\(current)")
                break
            }
        }
        if seconds != nil { print("\(name): \(count) rounds from the seed \(seed)") }
        return count
    }

    /// A crash leaves no time to print: the seed of the round that runs stands in a file, which
    /// `scripts/fuzz` reads.
    private static func note(_ name: String, _ seed: UInt64) {
        guard let path = ProcessInfo.processInfo.environment["PORTICO_FUZZ_NOTE"] else { return }
        try? "\(name) \(seed)\n".write(toFile: path, atomically: false, encoding: .utf8)
    }
}
