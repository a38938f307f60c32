import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLValidation
import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoConfiguration
import PorticoGateway
import PorticoIdentity
import PorticoReview

/// `x-portico-explain: access`: for configured roles, `extensions.access` of a response explains
/// how the sender's own rules apply to the operation.
///
/// For others the header is ignored like any unknown one.
package final class AccessExtension {
    private let roles: Set<ExactString>
    private let policy: () -> Policy

    /// `nil` if no role is configured.
    package init?(_ configuration: AccessConfiguration, policy: @escaping () -> Policy) {
        guard !configuration.explain.isEmpty else { return nil }
        roles = Set(exact: configuration.explain.map(\.name))
        self.policy = policy
    }

    /// The explanation of this request's operations; `nil` if not requested or not allowed.
    func explanation(_ head: HTTPRequest, _ access: Access) -> RequestExplanation? {
        let rules = access.rules
        // Rules may have changed since the setting was checked.
        guard roles.contains(rules.role), rules.reach == .crossTenant, let field = head.header("x-portico-explain"),
            field.elementsEqual("access".utf8)
        else { return nil }
        let policy = policy()
        // The lines must be those of the rules that the request runs under.
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
    let rules: CompiledPolicy

    /// The value of `extensions.access`; `nil` for an operation that is invalid in the sender's own
    /// schema, which its errors report already.
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

    /// Adds it to a response, which is one JSON object.
    static func add(_ explanation: [UInt8], to body: ResponseBuffer) {
        body.truncate(to: body.count - 1)
        body.append(",\"extensions\":{\"access\":")
        body.append(explanation)
        body.append("}}")
    }
}
