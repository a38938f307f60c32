import PorticoGateway
import YAMLTree

/// `cursors:` of `config/gateway.yaml`.
public struct CursorConfiguration: Sendable, Equatable {
    /// The secret for sealing the cursors of connections; `nil` if not stated.
    public var secret: String?

    public init() {}
}

extension GatewayConfiguration {
    /// The key that seals cursors, the same in every process with this configuration: derived from
    /// `cursors.secret`, or else from the tokens' secret. `nil` if there is neither, because all
    /// token keys are public: then each process uses a key of its own.
    public var cursorKey: CursorKey? {
        let secrets = authentication.keys.sorted { $0.kid == nil && $1.kid != nil }.compactMap { key in
            if case .secret(let text) = key.material { text } else { nil }
        }
        return (cursors.secret ?? secrets.first).map { CursorKey(secret: Array($0.utf8)) }
    }
}

extension ConfigurationReader {
    mutating func readCursors(_ node: YAMLNode, _ cursors: inout CursorConfiguration) {
        guard let mapping = reader.mapping(node, allowedKeys: ["secret"], as: "the cursors"),
            let node = mapping["secret"]
        else { return }
        guard let secret = reader.string(node, as: "the secret of the cursors") else { return }
        if secret.utf8.count < KeyLimits.secretBytes {
            reader.report(
                "The secret of the cursors has \(secret.utf8.count) bytes; it needs at least \(KeyLimits.secretBytes).",
                at: node.range)
        } else {
            cursors.secret = secret
        }
    }
}
