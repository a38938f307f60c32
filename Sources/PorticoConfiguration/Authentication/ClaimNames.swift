import Diagnostics
import ExactText
import PorticoAccess

/// The claims by which a token identifies its bearer.
public struct ClaimNames: Sendable, Equatable {
    /// The path of a claim: the enclosing objects' names, then its own: `realm_access`, `roles`.
    public struct Path: Sendable, Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
        /// At least one.
        public let names: [ExactString]

        public init(_ names: [ExactString]) { self.names = names }

        public init(stringLiteral name: String) { names = [ExactString(name)] }

        public var description: String { names.map(\.text).joined(separator: ".") }
    }

    /// A value of the role claim, and the role that it stands for.
    public struct RoleValue: Sendable, Equatable {
        public var value: ExactString
        public var role: ExactString
        /// Its place in the configuration.
        public var range: SourceRange?
    }

    public var user: Path = "sub"
    public var role: Path = "role"
    /// `nil` if tokens name no tenant.
    public var tenant: Path? = "tenant"
    /// The tenants that the bearer reaches besides its own.
    public var tenants: Path? = "tenants"
    /// The roles of the role claim's values; of several, the first in this list counts. `nil`: each
    /// value is the name of a role.
    public var roles: [RoleValue]?

    public init() {}

    /// Reports mapped roles that no rules define.
    package func problems(_ policy: Policy) -> [Diagnostic] {
        (roles ?? []).filter { !policy.hasRole($0.role) }.map { item in
            Diagnostic(
                "There is no role `\(item.role)` for the value `\(item.value)` of the role claim.",
                file: GatewayConfiguration.path, range: item.range,
                hint: alternatives(to: item.role.text, among: policy.roles))
        }
    }
}
