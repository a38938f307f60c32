import Diagnostics
import ExactText

/// Which documents the server knows beforehand, and who may run no others: `documents:` of
/// `config/gateway.yaml`.
public struct DocumentConfiguration: Sendable, Equatable {
    /// Where the trusted documents are, relative to the project unless it begins with `/`.
    public var folder = "documents"
    /// Where the file names the folder, which has to exist then.
    public var folderRange: SourceRange?
    public var only = TrustedOnly.nobody
    /// Whether clients may register documents by their hash (automatic persisted queries).
    public var automatic = true

    public init() {}
}

/// Whose viewers may run trusted documents alone.
public enum TrustedOnly: Sendable, Equatable {
    public struct Role: Sendable, Equatable {
        public var name: String
        public var range: SourceRange

        public init(name: String, range: SourceRange) {
            self.name = name
            self.range = range
        }
    }

    case nobody, everybody
    case roles([Role])

    /// What is wrong with the roles that it names, each of which has to be one of these.
    func problems(roles: [String]) -> [Diagnostic] {
        guard case .roles(let stated) = self else { return [] }
        return stated.filter { !roles.contains(ExactString($0.name)) }.map { role in
            Diagnostic(
                "There is no role `\(role.name)`, so `documents.only` would bind nobody.",
                file: GatewayConfiguration.path, range: role.range,
                hint: didYouMean(suggestion(for: role.name, among: roles))
                    ?? "There are: \(roles.joined(separator: ", ")).")
        }
    }

    func restricts(_ role: String) -> Bool {
        switch self {
        case .nobody: false
        case .everybody: true
        case .roles(let roles): roles.contains { $0.name.hasSameBytes(as: role) }
        }
    }
}
