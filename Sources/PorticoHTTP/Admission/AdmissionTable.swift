import ExactText
import PorticoAccess

/// The owner of requests that are counted together.
enum AdmissionOwner: Hashable, Sendable {
    case tenant(ExactString)
    /// All signed-in viewers without a tenant.
    case tenantless
    /// All requests without credentials, from any address: an address says little behind a proxy,
    /// and is cheap for an attacker.
    case anonymous
    /// All owners that do not fit into the table.
    case crowd

    init(_ viewer: Viewer) { self = viewer.tenant.map(Self.tenant) ?? (viewer.id == nil ? .anonymous : .tenantless) }
}

/// The subject of one ``AdmissionRule``.
struct AdmissionAccount: Hashable, Sendable {
    var owner: AdmissionOwner
    var scope: AdmissionRule.Scope
}

/// Decides whose requests are admitted: each account has its number of requests in progress and a
/// token bucket. Independent of clocks and threads.
///
/// A bucket is stored as the time at which it is full again (the generic cell rate algorithm, ITU-T
/// I.371): a request takes one token, which is one interval of time.
package struct AdmissionTable {
    package struct Limits {
        /// Accounts at a time; further owners share the crowd's. Guards against one-time tenants.
        var accounts = 10_000
        /// Nanoseconds between two searches for unused accounts in a full table: each visits all.
        var searchPause = 1_000_000_000
    }

    enum Decision: Equatable {
        /// To be passed to ``release(_:)`` once the request is answered; may be empty.
        case admitted([AdmissionAccount])
        /// - Parameter retryAfter: Whole seconds until a retry makes sense, at least 1.
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

    /// Accounts in use.
    var count: Int { entries.count }

    /// Admits and counts a request that keeps all of the rules; a refused request is not counted.
    /// - Parameter now: Monotonic nanoseconds.
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

    /// The refusal that ``admit(_:_:now:)`` would give, if any, without counting.
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

    /// The request is answered, or abandoned.
    mutating func release(_ accounts: [AdmissionAccount]) {
        for account in accounts {
            guard var entry = entries[account] else { continue }
            entry.underWay -= 1
            // One without a bucket is removed with its last request.
            entries[account] = entry.underWay > 0 || entry.fullAt > Int.min ? entry : nil
        }
    }

    // MARK: Buckets

    /// Nanoseconds until there is a token.
    private static func wait(_ entry: Entry, _ rule: AdmissionRule, now: Int) -> Int {
        guard let rate = rule.perSecond else { return 0 }
        return fullAt(entry, rule, rate, now: now) - now - (rule.burst - 1) * (second / rate)
    }

    /// No later than an empty bucket takes to fill, even if the rules have changed since.
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
