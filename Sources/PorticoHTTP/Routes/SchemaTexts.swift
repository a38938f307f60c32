import GraphQLSchema
import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway
import PorticoPlanning

/// The SDL for each set of rules, printed once.
struct SchemaTexts {
    /// Texts kept: one per requesting role and distinct tenant file.
    static let most = 64

    private struct Key: Hashable {
        var rules: UInt64
        var definesOneOf: Bool
    }

    private var texts: [Key: DetachedBytes] = [:]

    mutating func text(_ rules: CompiledPolicy, definesOneOf: Bool) -> DetachedBytes {
        let key = Key(rules: rules.fingerprint, definesOneOf: definesOneOf)
        if let text = texts[key] { return text }
        var sdl = rules.schema.sdl(definesOneOf: definesOneOf)
        let text = sdl.withUTF8 { DetachedBytes(copying: UnsafeRawBufferPointer($0)) }
        if texts.count >= Self.most { texts.removeAll() }
        texts[key] = text
        return text
    }

    /// Whether the parameter `directives=oneOf` is present. Refuses other values, so that no client
    /// expects another definition.
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

    /// For a role without introspection: the error of that limit.
    static func refusal(_ context: RequestContext) -> ResponseBuffer {
        let message = context.noting("Introspection is off for this role, and so is the schema's text.")
        let error = ClientError(.limitExceeded, message, limitName: RequestLimit.introspectionDepth.name)
        return ClientErrors([error]).response()
    }
}
