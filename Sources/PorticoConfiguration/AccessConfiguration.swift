import Diagnostics
import PorticoAccess
import YAMLTree

/// A role named in the configuration.
public struct StatedRole: Sendable, Equatable {
    public var name: String
    public var range: SourceRange

    package init(name: String, range: SourceRange) { (self.name, self.range) = (name, range) }
}

/// Explanations and history of the access rules: `access:` of `config/gateway.yaml`.
public struct AccessConfiguration: Sendable, Equatable {
    /// Roles whose requests are explained if they send `x-portico-explain`; none by default.
    public var explain: [StatedRole] = []
    /// Where changes of the rules are kept; `nil` if they are not.
    public var history: AccessHistoryConfiguration? = AccessHistoryConfiguration()

    public init() {}

    /// Problems with the roles that it names: each must exist, and reach all tenants.
    public func problems(_ policy: Policy) -> [Diagnostic] {
        explain.compactMap { role in
            switch policy.reach(of: role.name) {
            case .crossTenant?: return nil
            case .tenant?, .subtree?:
                let known = policy.roles.filter { policy.reach(of: $0) == .crossTenant }
                return Diagnostic(
                    "The role `\(role.name)` is not `crossTenant`: an explanation would tell it of rules that are not its own.",
                    file: GatewayConfiguration.path, range: role.range,
                    hint: known.isEmpty ? "No role is." : "Roles that are: \(known.joined(separator: ", ")).")
            case nil:
                return Diagnostic(
                    "There is no role `\(role.name)` for `access.explain`.", file: GatewayConfiguration.path,
                    range: role.range, hint: alternatives(to: role.name, among: policy.roles))
            }
        }
    }
}

/// The trail of the rules: `access.history` of `config/gateway.yaml`.
public struct AccessHistoryConfiguration: Sendable, Equatable {
    /// A folder for each gateway, relative to the project unless absolute.
    public var folder = ".portico/access-history"
    /// Bytes after which a new file is begun, without the texts at its beginning.
    public var fileBytes = 16 << 20
    /// Files that are kept in addition to the current one.
    public var files = 10

    public init() {}

    public func path(in project: String) -> String { folder.hasPrefix("/") ? folder : "\(project)/\(folder)" }
}

extension ConfigurationReader {
    mutating func readAccess(_ node: YAMLNode, _ access: inout AccessConfiguration) {
        guard let mapping = reader.mapping(node, allowedKeys: ["explain", "history"], as: "the access settings") else {
            return
        }
        if let node = mapping["history"] { access.history = history(node) }
        guard let node = mapping["explain"],
            let items = reader.sequence(node, as: "the roles whose requests are explained")
        else { return }
        access.explain = items.compactMap { item in
            reader.string(item, as: "a role").map { StatedRole(name: $0, range: item.range) }
        }
    }

    /// `null` disables it.
    private mutating func history(_ node: YAMLNode) -> AccessHistoryConfiguration? {
        if node.isNull { return nil }
        var history = AccessHistoryConfiguration()
        guard
            let mapping = reader.mapping(
                node, allowedKeys: ["folder", "fileSize", "files"], as: "the history of the access rules")
        else { return history }
        if mapping["folder"] != nil, let folder = required("folder", of: mapping, in: "the history of the access rules")
        {
            history.folder = folder
        }
        if let node = mapping["fileSize"],
            let size = reader.size(node, in: 64 << 10...1 << 30, as: "the size of a file of the history")
        {
            history.fileBytes = size
        }
        read(&history.files, "files", of: mapping, in: 1...1_000, as: "the number of files of the history")
        return history
    }
}
