/// What is remembered of statements that took long: whose they were, and which statements they
/// were.
///
/// Times are milliseconds of one monotonic clock. Nothing is noted of a statement that was quick,
/// unless it was slow before, so that a pool without slow statements pays for none of this.
struct SlowHistory {
    /// Keys, and statements, that are remembered; of more those that matter least are forgotten.
    /// Guards against the memory of very many.
    static let most = 1_000
    /// Milliseconds that a key may owe at the most: whoever was slow for hours is quick again soon
    /// after it stops.
    static let mostDebt = 10_000
    /// A key pays back one millisecond in so many: it may keep a quarter of one connection busy
    /// with slow statements and owes nothing in the long run.
    static let payback = 4
    /// Milliseconds for which a statement that is not run any more is remembered.
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

    /// The time that a key's slow statements have had connections for themselves, less what it has
    /// paid back.
    func debt(of key: UInt64, now: Int) -> Int { debts[key]?.left(now) ?? 0 }

    /// A connection was held by a key for so long.
    mutating func charge(_ key: UInt64, _ milliseconds: Int, now: Int) {
        debts[key] = Debt(amount: min(Self.mostDebt, debt(of: key, now: now) + max(0, milliseconds)), at: now)
        guard debts.count > Self.most else { return }
        debts = debts.filter { $0.value.left(now) > 0 }
        if debts.count > Self.most, let least = debts.min(by: { $0.value.left(now) < $1.value.left(now) }) {
            debts[least.key] = nil
        }
    }

    /// Milliseconds that a statement is expected to take, where it was slow before; 0 for all
    /// others.
    func milliseconds(of statement: UInt64, now: Int) -> Int {
        guard let runs = statements[statement], runs.until > now else { return 0 }
        return runs.milliseconds
    }

    /// A statement took long: that counts in full if it is longer than before.
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

    /// A statement was quick this time: it is forgotten once it is quick on average.
    mutating func wasQuick(_ statement: UInt64, below bound: Int) {
        guard var runs = statements[statement] else { return }
        runs.milliseconds = runs.milliseconds * 3 / 4
        statements[statement] = runs.milliseconds < bound ? nil : runs
    }

    /// Forgets who owes nothing any more.
    mutating func sweep(now: Int) {
        debts = debts.filter { $0.value.left(now) > 0 }
        statements = statements.filter { $0.value.until > now }
    }
}
