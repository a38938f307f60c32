import PorticoAccess
import Synchronization

/// The one count of requests by tenant, for all workers.
///
/// It is the only thing that workers change together: one takes the lock twice for a request whose tenant is limited, for a few look-ups each time, and not at all for
/// any other request.
final class Admission: Sendable {
    private let table: Mutex<AdmissionTable>

    init(limits: AdmissionTable.Limits = AdmissionTable.Limits()) { table = Mutex(AdmissionTable(limits: limits)) }

    /// - Parameter now: As in ``AdmissionTable/admit(_:_:now:)``.
    func admit(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> AdmissionTable.Decision {
        table.withLock { $0.admit(owner, rules, now: now) }
    }

    /// What ``admit(_:_:now:)`` would refuse it by, without counting anything.
    func refusal(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> AdmissionTable.Decision? {
        table.withLock { $0.refusal(owner, rules, now: now) }
    }

    func release(_ accounts: [AdmissionAccount]) { table.withLock { $0.release(accounts) } }

    /// Accounts that are counted.
    var accounts: Int { table.withLock { $0.count } }
}
