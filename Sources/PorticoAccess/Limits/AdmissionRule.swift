import ExactText

/// How many of the requests that are counted together are admitted.
///
/// The limits of the gateway and of a tenant's file bound all requests of the tenant, whatever the
/// role. A role's lower limit additionally bounds the requests of its viewers in that tenant, so
/// that a limit for some never means more for all.
public struct AdmissionRule: Sendable, Hashable {
    public enum Scope: Sendable, Hashable {
        case tenant
        /// The viewers of one role in the tenant.
        case role(ExactString)
    }

    public let scope: Scope
    /// Requests in progress at the same time; `nil` for no limit.
    public let concurrent: Int?
    /// Requests per second on average; `nil` for no limit.
    public let perSecond: Int?
    /// Requests at once after a pause; at least 1.
    public let burst: Int

    public init(_ scope: Scope, concurrent: Int? = nil, perSecond: Int? = nil, burst: Int? = nil) {
        self.scope = scope
        self.concurrent = concurrent
        self.perSecond = perSecond
        self.burst = max(1, burst ?? perSecond ?? 1)
    }

    /// The rules for a viewer's requests; empty if nothing is limited.
    /// - Parameters:
    ///   - tenant: The limits of the tenant as a whole.
    ///   - role: The limits of the viewer's role in it; none is higher.
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
