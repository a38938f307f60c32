import ExactText

/// How many requests are let in of those that are counted together.
///
/// What the gateway and a tenant's file say bounds all requests of a tenant, whatever role sends
/// them. A role's lower limit bounds the requests of its viewers in that tenant on top of it, so
/// that a limit for some never means more for all.
public struct AdmissionRule: Sendable, Hashable {
    public enum Scope: Sendable, Hashable {
        case tenant
        /// The viewers of one role in the tenant.
        case role(ExactString)
    }

    public let scope: Scope
    /// Requests that are answered at the same time; `nil` where they are not bounded.
    public let concurrent: Int?
    /// Requests a second, on average; `nil` where they are not bounded.
    public let perSecond: Int?
    /// Requests at once after a pause; at least 1.
    public let burst: Int

    public init(_ scope: Scope, concurrent: Int? = nil, perSecond: Int? = nil, burst: Int? = nil) {
        self.scope = scope
        self.concurrent = concurrent
        self.perSecond = perSecond
        self.burst = max(1, burst ?? perSecond ?? 1)
    }

    /// The rules of a viewer's requests; empty where none are counted.
    /// - Parameters:
    ///   - tenant: What holds for the tenant as a whole.
    ///   - role: What holds for the viewer's role in it: no limit is higher.
    static func rules(tenant: RuleLimits, role: RuleLimits, named name: String) -> [AdmissionRule] {
        func value(_ limit: RequestLimit, _ limits: RuleLimits) -> Int? {
            limits[limit] == LimitDefinition.off ? nil : limits[limit]
        }
        func isLower(_ limit: RequestLimit) -> Bool { role[limit] < tenant[limit] }
        let whole = AdmissionRule(
            .tenant, concurrent: value(.concurrentRequests, tenant), perSecond: value(.requestsPerSecond, tenant),
            burst: value(.requestBurst, tenant))
        let part = AdmissionRule(
            .role(ExactString(name)), concurrent: isLower(.concurrentRequests) ? value(.concurrentRequests, role) : nil,
            perSecond: isLower(.requestsPerSecond) || isLower(.requestBurst) ? value(.requestsPerSecond, role) : nil,
            burst: value(.requestBurst, role))
        return [whole, part].filter { $0.concurrent != nil || $0.perSecond != nil }
    }
}
