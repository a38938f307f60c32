import PorticoAccess
import Synchronization

/// The one count of requests by tenant, for all workers.
///
/// It is the only thing that workers change together, and it is in parts: a request whose tenant is
/// limited takes the lock of its tenant's part twice, for a few look-ups each time; requests of
/// tenants in other parts take others, and any other request none.
final class Admission: Sendable {
    /// Parts with a lock each. Stands against workers that wait for each other for the sake of
    /// different tenants.
    static let parts = 64

    private final class Part: Sendable {
        let table: Mutex<AdmissionTable>

        init(_ limits: AdmissionTable.Limits) { table = Mutex(AdmissionTable(limits: limits)) }
    }

    private let parts: [Part]

    init(limits: AdmissionTable.Limits = AdmissionTable.Limits()) {
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

    /// What ``admit(_:_:now:)`` would refuse it by, without counting anything.
    func refusal(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> AdmissionTable.Decision? {
        part(owner).table.withLock { $0.refusal(owner, rules, now: now) }
    }

    /// - Parameter owner: Whose request it was; its accounts may be those of the crowd in the
    ///   owner's part.
    func release(_ accounts: [AdmissionAccount], of owner: AdmissionOwner) {
        part(owner).table.withLock { $0.release(accounts) }
    }

    /// Accounts that are counted.
    var accounts: Int { parts.reduce(0) { $0 + $1.table.withLock { $0.count } } }
}
