import PorticoAccess
import Synchronization

/// Counts requests by tenant, for all workers.
///
/// It is the only mutable state that workers share, and is divided into parts: a request of a
/// limited tenant takes the lock of its tenant's part twice, for a few look-ups each; tenants in
/// other parts use other locks, and other requests none.
package final class Admission: Sendable {
    /// Parts with a lock each. Guards against contention between workers for different tenants.
    static let parts = 64

    private final class Part: Sendable {
        let table: Mutex<AdmissionTable>

        init(_ limits: AdmissionTable.Limits) { table = Mutex(AdmissionTable(limits: limits)) }
    }

    private let parts: [Part]

    package init(limits: AdmissionTable.Limits = AdmissionTable.Limits()) {
        var own = limits
        own.accounts = max(1, limits.accounts / Self.parts)
        parts = (0..<Self.parts).map { [own] _ in Part(own) }
    }

    private func part(_ owner: AdmissionOwner) -> Part {
        parts[Int(UInt(bitPattern: owner.hashValue) % UInt(parts.count))]
    }

    /// - Parameter now: As in ``AdmissionTable/admit(_:_:now:)``.
    func admit(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> AdmissionTable.Decision {
        part(owner).table.withLock { $0.admit(owner, rules, now: now) }
    }

    /// The refusal that ``admit(_:_:now:)`` would give, without counting anything.
    func refusal(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> AdmissionTable.Decision? {
        part(owner).table.withLock { $0.refusal(owner, rules, now: now) }
    }

    /// - Parameter owner: Of the request; its accounts may be those of the crowd.
    func release(_ accounts: [AdmissionAccount], of owner: AdmissionOwner) {
        part(owner).table.withLock { $0.release(accounts) }
    }

    /// Accounts in use.
    var accounts: Int { parts.reduce(0) { $0 + $1.table.withLock { $0.count } } }
}
