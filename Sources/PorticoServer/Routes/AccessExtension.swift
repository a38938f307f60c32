import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLValidation
import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoReview

/// `x-portico-explain: access`: for the roles that a setting names, a response says under
/// `extensions.access` what the sender's own rules made of the operation.
///
/// To anybody else the header is a header like any other that nobody knows.
final class AccessExtension {
    private let roles: Set<ExactString>
    private let policy: () -> Policy

    /// `nil` where the setting names no role.
    init?(_ configuration: AccessConfiguration, policy: @escaping () -> Policy) {
        guard !configuration.explain.isEmpty else { return nil }
        roles = Set(exact: configuration.explain.map(\.name))
        self.policy = policy
    }

    /// What explains the operations of this request; `nil` for those who do not ask or may not.
    func explanation(_ head: HTTPRequest, _ access: Access) -> RequestExplanation? {
        let rules = access.rules
        // Rules may have changed since the setting was checked.
        guard roles.contains(rules.role), rules.reach == .crossTenant, let field = head.header("x-portico-explain"),
            field.elementsEqual("access".utf8)
        else { return nil }
        let policy = policy()
        // Lines of other rules than those that the request runs by would be lies.
        guard case .rules(let current) = policy.rules(role: ExactString(rules.role), tenant: access.viewer.tenant),
            current === rules,
            let provenance = policy.provenance(role: ExactString(rules.role), tenant: access.viewer.tenant)
        else { return nil }
        return RequestExplanation(
            explainer: AccessExplainer(
                catalog: rules.catalog, rules: rules, provenance: provenance, viewer: access.viewer),
            viewer: ViewerDescription(user: access.viewer.id?.text, rules: rules, provenance: provenance), rules: rules)
    }
}

/// Explains the operations of one request to its sender.
struct RequestExplanation: Sendable {
    let explainer: AccessExplainer
    let viewer: ViewerDescription
    let rules: RuleSet

    /// The value of `extensions.access`; `nil` for what is no valid operation in the sender's own
    /// schema, which its errors say already.
    func bytes(_ request: GraphQLRequest) -> [UInt8]? {
        let source = SourceText(name: "", bytes: request.query)
        guard let document = try? GraphQLLanguage.parse(source, limits: rules.limits.parsing, allow: .executable),
            let operation = try? Validator(schema: rules.schema, limits: rules.limits.validation).operation(
                document, source: source, named: request.operationName)
        else { return nil }
        let buffer = ResponseBuffer(capacity: 4_096)
        explainer.explainToItself(operation, source: source, variables: request.variables).json(viewer).write(
            into: buffer)
        return buffer.takeBytes()
    }

    /// Puts it into a response, which is one JSON object.
    static func add(_ explanation: [UInt8], to body: ResponseBuffer) {
        body.truncate(to: body.count - 1)
        body.append(",\"extensions\":{\"access\":")
        body.append(explanation)
        body.append("}}")
    }
}
