/// Remembers slow statements and their keys.
///
/// Times are milliseconds of one monotonic clock. Fast statements are recorded only if they were
/// slow before, so a pool without slow statements has no overhead.
struct SlowHistory {
    /// Remembered keys, and statements; the least significant are evicted. Guards memory.
    static let most = 1_000
    /// Maximum debt of a key in milliseconds: it is fast again soon after it stops.
    static let mostDebt = 10_000
    /// One millisecond is paid back per this number: a key may keep a quarter of one connection
    /// busy with slow statements and owes nothing in the long run.
    static let payback = 4
    /// Milliseconds for which a statement is remembered after its last run.
    static let memory = 60_000

    private struct Debt {
        var amount: Int
        var at: Int

        func left(_ now: Int) -> Int { max(0, amount - (now - at) / SlowHistory.payback) }
    }

    private struct Runs {
        /// A moving average.
        var milliseconds: Int
        var until: Int
    }

    private var debts: [UInt64: Debt] = [:]
    private var statements: [UInt64: Runs] = [:]

    var hasDebts: Bool { !debts.isEmpty }
    var hasStatements: Bool { !statements.isEmpty }

    /// The time that a key's slow statements have held connections, minus what it has paid back.
    func debt(of key: UInt64, now: Int) -> Int { debts[key]?.left(now) ?? 0 }

    /// Charges a key for holding a connection.
    mutating func charge(_ key: UInt64, _ milliseconds: Int, now: Int) {
        debts[key] = Debt(amount: min(Self.mostDebt, debt(of: key, now: now) + max(0, milliseconds)), at: now)
        guard debts.count > Self.most else { return }
        debts = debts.filter { $0.value.left(now) > 0 }
        if debts.count > Self.most, let least = debts.min(by: { $0.value.left(now) < $1.value.left(now) }) {
            debts[least.key] = nil
        }
    }

    /// Expected milliseconds of a statement that was slow before; 0 for all others.
    func milliseconds(of statement: UInt64, now: Int) -> Int {
        guard let runs = statements[statement], runs.until > now else { return 0 }
        return runs.milliseconds
    }

    /// A statement was slow: a longer duration than before counts in full.
    mutating func wasSlow(_ statement: UInt64, _ milliseconds: Int, now: Int) {
        let before = self.milliseconds(of: statement, now: now)
        statements[statement] = Runs(
            milliseconds: max(milliseconds, (3 * before + milliseconds) / 4), until: now + Self.memory)
        guard statements.count > Self.most else { return }
        statements = statements.filter { $0.value.until > now }
        if statements.count > Self.most, let oldest = statements.min(by: { $0.value.until < $1.value.until }) {
            statements[oldest.key] = nil
        }
    }

    /// A statement was fast this time: it is removed once it is fast on average.
    mutating func wasQuick(_ statement: UInt64, below bound: Int) {
        guard var runs = statements[statement] else { return }
        runs.milliseconds = runs.milliseconds * 3 / 4
        statements[statement] = runs.milliseconds < bound ? nil : runs
    }

    /// Removes keys without debt.
    mutating func sweep(now: Int) {
        debts = debts.filter { $0.value.left(now) > 0 }
        statements = statements.filter { $0.value.until > now }
    }
}
