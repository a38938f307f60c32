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

    /// Whose requests are explained where they ask for it by `x-portico-explain`; nobody's, unless
    /// it is stated.
    public var explain: [Role] = []
    /// Where changes of the rules are kept; `nil` where they are not.
    public var history: AccessHistoryConfiguration? = AccessHistoryConfiguration()

    public init() {}

    /// What is wrong with the roles that it names: each has to be there, and to reach all tenants
    /// anyway.
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
                    range: role.range,
                    hint: didYouMean(suggestion(for: role.name, among: policy.roles))
                        ?? "There are: \(policy.roles.joined(separator: ", ")).")
            }
        }
    }
}

/// The trail of the rules: `access.history` of `config/gateway.yaml`.
public struct AccessHistoryConfiguration: Sendable, Equatable {
    /// A folder of its own for each gateway, relative to the project unless it begins with `/`.
    public var folder = ".portico/access-history"
    /// Bytes from which on another file is begun, beside the texts that it begins with.
    public var fileBytes = 16 << 20
    /// Files that are kept beside the one that is written.
    public var files = 10

    public init() {}

    /// The folder, for a project's folder.
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
            reader.string(item, as: "a role").map { AccessConfiguration.Role(name: $0, range: item.range) }
        }
    }

    /// `null` keeps none.
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
        if let node = mapping["files"],
            let count = reader.int(node, in: 1...1_000, as: "the number of files of the history")
        {
            history.files = count
        }
        return history
    }
}
