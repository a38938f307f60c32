import ExactText
import PorticoAccess

/// Whose requests are counted together.
enum AdmissionOwner: Hashable, Sendable {
    case tenant(ExactString)
    /// All who are signed in and of no tenant.
    case tenantless
    /// All without credentials, wherever they come from: an address says little behind a proxy, and
    /// costs an attacker little.
    case anonymous
    /// All who find the table full.
    case crowd

    init(_ viewer: Viewer) { self = viewer.tenant.map(Self.tenant) ?? (viewer.id == nil ? .anonymous : .tenantless) }
}

/// What one ``AdmissionRule`` is held against.
struct AdmissionAccount: Hashable, Sendable {
    var owner: AdmissionOwner
    var scope: AdmissionRule.Scope
}

/// Who may have a request answered now: for each account the requests under way and a token bucket.
/// It knows no clock and no thread.
///
/// A bucket is kept as one moment, that at which it is full again (the generic cell rate algorithm,
/// ITU-T I.371): a request takes one token, which is one interval of time.
struct AdmissionTable {
    struct Limits {
        /// Accounts that are counted at a time; further owners share the crowd's. Stands against
        /// filling the memory with tenants that came once.
        var accounts = 10_000
        /// Nanoseconds between two searches for accounts that count nothing any more, while the
        /// table is full: each looks at all of them.
        var searchPause = 1_000_000_000
    }

    enum Decision: Equatable {
        /// What ``release(_:)`` takes back once the request is answered; empty where nothing is to
        /// be taken back.
        case admitted([AdmissionAccount])
        /// - Parameter retryAfter: Whole seconds until another try makes sense, at least 1.
        case refused(AdmissionRule, RequestLimit, retryAfter: Int)
    }

    private static let second = 1_000_000_000

    private struct Entry {
        var underWay = 0
        /// Nanoseconds of the caller's clock.
        var fullAt = Int.min
    }

    private let limits: Limits
    private var entries: [AdmissionAccount: Entry] = [:]
    private var nextSearch = Int.min

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Accounts that are counted.
    var count: Int { entries.count }

    /// Lets a request in that keeps all of the rules, and counts it; a request that is refused
    /// counts nowhere.
    /// - Parameter now: Nanoseconds of a clock that never goes back.
    mutating func admit(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> Decision {
        let accounts = accounts(owner, rules, now: now)
        if let refusal = refusal(rules, accounts, now: now) { return refusal }
        var taken: [AdmissionAccount] = []
        for (rule, account) in zip(rules, accounts) {
            var entry = entries[account] ?? Entry()
            if let rate = rule.perSecond {
                entry.fullAt = Self.fullAt(entry, rule, rate, now: now) + Self.second / rate
            }
            if rule.concurrent != nil {
                entry.underWay += 1
                taken.append(account)
            }
            entries[account] = entry
        }
        return .admitted(taken)
    }

    /// What ``admit(_:_:now:)`` would say, where that is no; nothing is counted.
    mutating func refusal(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> Decision? {
        refusal(rules, accounts(owner, rules, now: now), now: now)
    }

    private func refusal(_ rules: [AdmissionRule], _ accounts: [AdmissionAccount], now: Int) -> Decision? {
        for (rule, account) in zip(rules, accounts) {
            let entry = entries[account] ?? Entry()
            if let most = rule.concurrent, entry.underWay >= most {
                return .refused(rule, .concurrentRequests, retryAfter: 1)
            }
            let wait = Self.wait(entry, rule, now: now)
            if wait > 0 {
                return .refused(rule, .requestsPerSecond, retryAfter: (wait + Self.second - 1) / Self.second)
            }
        }
        return nil
    }

    /// The request is answered, or given up.
    mutating func release(_ accounts: [AdmissionAccount]) {
        for account in accounts {
            guard var entry = entries[account] else { continue }
            entry.underWay -= 1
            // One that has never had a bucket is over with its last request.
            entries[account] = entry.underWay > 0 || entry.fullAt > Int.min ? entry : nil
        }
    }

    // MARK: Buckets

    /// Nanoseconds until there is a token.
    private static func wait(_ entry: Entry, _ rule: AdmissionRule, now: Int) -> Int {
        guard let rate = rule.perSecond else { return 0 }
        return fullAt(entry, rule, rate, now: now) - now - (rule.burst - 1) * (second / rate)
    }

    /// Never further away than an empty bucket takes, whatever the rules were when it was emptied.
    private static func fullAt(_ entry: Entry, _ rule: AdmissionRule, _ rate: Int, now: Int) -> Int {
        min(max(entry.fullAt, now), now + rule.burst * (second / rate))
    }

    // MARK: Room

    /// One for each rule: the owner's own as long as there is room for them.
    private mutating func accounts(_ owner: AdmissionOwner, _ rules: [AdmissionRule], now: Int) -> [AdmissionAccount] {
        let own = rules.map { AdmissionAccount(owner: owner, scope: $0.scope) }
        let new = own.count { entries[$0] == nil }
        if new == 0 || entries.count + new <= limits.accounts { return own }
        if now >= nextSearch {
            nextSearch = now + limits.searchPause
            entries = entries.filter { $0.value.underWay > 0 || $0.value.fullAt > now }
            if entries.count + new <= limits.accounts { return own }
        }
        return rules.map { AdmissionAccount(owner: .crowd, scope: $0.scope) }
    }
}
