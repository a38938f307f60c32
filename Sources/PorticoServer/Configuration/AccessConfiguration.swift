import Diagnostics
import PorticoAccess
import YAMLTree

/// Who is told of the access rules: `access:` of `config/gateway.yaml`.
public struct AccessConfiguration: Sendable, Equatable {
    public struct Role: Sendable, Equatable {
        public var name: String
        public var range: SourceRange

        public init(name: String, range: SourceRange) {
            self.name = name
            self.range = range
        }
    }

    /// Whose requests are explained where they ask for it by `x-portico-explain`; nobody's, unless it is stated.
    public var explain: [Role] = []

    public init() {}

    /// What is wrong with the roles that it names: each has to be there, and to reach all tenants anyway.
    public func problems(_ policy: Policy) -> [Diagnostic] {
        explain.compactMap { role in
            switch policy.reach(of: role.name) {
            case .crossTenant?: return nil
            case .tenant?, .subtree?:
                let known = policy.roles.filter { policy.reach(of: $0) == .crossTenant }
                return Diagnostic(
                    "The role `\(role.name)` is not `crossTenant`: an explanation would tell it of rules that are not its own.", file: GatewayConfiguration.path, range: role.range,
                    hint: known.isEmpty ? "No role is." : "Roles that are: \(known.joined(separator: ", ")).")
            case nil:
                return Diagnostic(
                    "There is no role `\(role.name)` for `access.explain`.", file: GatewayConfiguration.path, range: role.range,
                    hint: didYouMean(suggestion(for: role.name, among: policy.roles)) ?? "There are: \(policy.roles.joined(separator: ", ")).")
            }
        }
    }
}

extension ConfigurationReader {
    mutating func readAccess(_ node: YAMLNode, _ access: inout AccessConfiguration) {
        guard let mapping = reader.mapping(node, allowedKeys: ["explain"], as: "the access settings"), let node = mapping["explain"] else { return }
        guard let items = reader.sequence(node, as: "the roles whose requests are explained") else { return }
        access.explain = items.compactMap { item in reader.string(item, as: "a role").map { AccessConfiguration.Role(name: $0, range: item.range) } }
    }
}
