import Diagnostics
import ExactText
import PorticoAccess

/// By which claims a token says who its bearer is.
public struct ClaimNames: Sendable, Equatable {
    /// Where a claim stands: its name, or the names of the objects on the way to it and then its
    /// own, as in `realm_access`, `roles`.
    public struct Path: Sendable, Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
        /// At least one.
        public let names: [ExactString]

        public init(_ names: [ExactString]) { self.names = names }

        public init(stringLiteral name: String) { names = [ExactString(name)] }

        /// For messages.
        public var description: String { names.map(\.text).joined(separator: ".") }
    }

    /// A value of the role claim, and the role that it stands for.
    public struct RoleValue: Sendable, Equatable {
        public var value: ExactString
        public var role: ExactString
        /// Where the configuration says so.
        public var range: SourceRange?

        public init(value: ExactString, role: ExactString, range: SourceRange? = nil) {
            self.value = value
            self.role = role
            self.range = range
        }
    }

    public var user: Path = "sub"
    public var role: Path = "role"
    /// `nil` where tokens name no tenant.
    public var tenant: Path? = "tenant"
    /// The tenants that the bearer reaches beside its own.
    public var tenants: Path? = "tenants"
    /// What the values of the role claim stand for; of several, the first of this list counts.
    /// `nil`: each value is the name of a role.
    public var roles: [RoleValue]?

    public init() {}

    /// The roles that values are said to stand for and that no rule defines.
    func problems(_ policy: Policy) -> [Diagnostic] {
        (roles ?? []).filter { !policy.hasRole($0.role) }.map { item in
            let hint = didYouMean(suggestion(for: item.role.text, among: policy.roles))
            return Diagnostic(
                "There is no role `\(item.role)` for the value `\(item.value)` of the role claim.",
                file: GatewayConfiguration.path, range: item.range,
                hint: hint ?? "There are: \(policy.roles.joined(separator: ", ")).")
        }
    }
}
