import GraphQLSchema
import PorticoAccess

/// The SDL of each set of rules, printed once.
struct SchemaTexts {
    /// Texts that are kept; there are as many as roles and distinct tenant files that ask.
    static let most = 64

    private var texts: [UInt64: [UInt8]] = [:]

    mutating func text(_ rules: RuleSet) -> [UInt8] {
        if let text = texts[rules.fingerprint] { return text }
        let text = Array(rules.schema.sdl().utf8)
        if texts.count >= Self.most { texts.removeAll() }
        texts[rules.fingerprint] = text
        return text
    }
}
