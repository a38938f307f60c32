import GraphQLSchema
import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway

/// The SDL of each set of rules, printed once.
struct SchemaTexts {
    /// Texts that are kept; there are as many as roles and distinct tenant files that ask.
    static let most = 64

    private struct Key: Hashable {
        var rules: UInt64
        var definesOneOf: Bool
    }

    private var texts: [Key: DetachedBytes] = [:]

    mutating func text(_ rules: RuleSet, definesOneOf: Bool) -> DetachedBytes {
        let key = Key(rules: rules.fingerprint, definesOneOf: definesOneOf)
        if let text = texts[key] { return text }
        var sdl = rules.schema.sdl(definesOneOf: definesOneOf)
        let text = sdl.withUTF8 { DetachedBytes(copying: UnsafeRawBufferPointer($0)) }
        if texts.count >= Self.most { texts.removeAll() }
        texts[key] = text
        return text
    }

    /// The parameter `directives=oneOf`; what else it says is refused, so that nobody waits for a
    /// definition in vain.
    static func definesOneOf(_ request: HTTPRequest) throws(RefusedRequest) -> Bool {
        let parameters: [QueryParameter]
        do throws(HTTPFailure) { parameters = try request.queryParameters() } catch {
            throw RefusedRequest(400, .badInput, error.reason)
        }
        let given = parameters.filter { $0.name == "directives" }
        guard given.allSatisfy({ $0.value == "oneOf" }) else {
            throw RefusedRequest(
                400, .badInput,
                "The parameter \"directives\" takes \"oneOf\", which adds the definition of @oneOf to the schema.")
        }
        return !given.isEmpty
    }

    /// To a role that may not ask for the schema in other ways either: the limit that refuses
    /// introspection.
    static func refusal(_ exchange: Exchange) -> ResponseBuffer {
        let message = exchange.noting("Introspection is off for this role, and so is the schema's text.")
        return Exchange.errorBody(.limitExceeded, message, limit: RequestLimit.introspectionDepth.name)
    }
}
