import GraphQLSchema
import JSONBytes
import PorticoAccess

/// The SDL of each set of rules, printed once.
struct SchemaTexts {
    /// Texts that are kept; there are as many as roles and distinct tenant files that ask.
    static let most = 64

    private var texts: [UInt64: DetachedBytes] = [:]

    mutating func text(_ rules: RuleSet) -> DetachedBytes {
        if let text = texts[rules.fingerprint] { return text }
        var sdl = rules.schema.sdl()
        let text = sdl.withUTF8 { DetachedBytes(copying: UnsafeRawBufferPointer($0)) }
        if texts.count >= Self.most { texts.removeAll() }
        texts[rules.fingerprint] = text
        return text
    }
}
