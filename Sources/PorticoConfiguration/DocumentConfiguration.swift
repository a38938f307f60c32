import Diagnostics
import ExactText

/// Trusted documents, and who may run only those: `documents:` of `config/gateway.yaml`.
public struct DocumentConfiguration: Sendable, Equatable {
    /// The folder of trusted documents, relative to the project unless absolute.
    public var folder = "documents"
    /// Where the file names the folder, which must then exist.
    public var folderRange: SourceRange?
    public var only = TrustedOnly.nobody
    /// Whether clients may register documents by their hash (automatic persisted queries).
    public var automatic = true

    public init() {}
}

/// Whose viewers may run only trusted documents.
public enum TrustedOnly: Sendable, Equatable {
    case nobody, everybody
    case roles([StatedRole])

    /// Reports named roles that are not among `roles`.
    package func problems(roles: [String]) -> [Diagnostic] {
        guard case .roles(let stated) = self else { return [] }
        return stated.filter { !roles.contains(ExactString($0.name)) }.map { role in
            Diagnostic(
                "There is no role `\(role.name)`, so `documents.only` would bind nobody.",
                file: GatewayConfiguration.path, range: role.range, hint: alternatives(to: role.name, among: roles))
        }
    }

    package func restricts(_ role: String) -> Bool {
        switch self {
        case .nobody: false
        case .everybody: true
        case .roles(let roles): roles.contains { $0.name.hasSameBytes(as: role) }
        }
    }
}
