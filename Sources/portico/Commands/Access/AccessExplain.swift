import ArgumentParser
import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoExecution
import PorticoGateway
import PorticoIdentity
import PorticoPlanning
import PorticoProject
import PorticoReview
import PostgresSQL

struct AccessExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "Say of a query what a viewer may read and by which line of which file; of a row, whether the viewer sees it and why.",
        discussion:
            "The query is held against the full schema, so that what the viewer does not see is explained too. The exit status is 1 when the query as it stands is refused, and when a row is not visible."
    )

    @OptionGroup var options: GlobalOptions
    @ArgumentParser.Argument(
        help: "The file with the document; - reads it from the standard input. With --row it may be left out.")
    var file: String?
    @Option(name: .customLong("as"), help: ArgumentHelp("The viewer: the id of a user.", valueName: "user-id"))
    var user: String?
    @Option(help: ArgumentHelp("Instead of a user: any viewer of this role.", valueName: "role")) var role: String?
    @Option(
        help: ArgumentHelp("The tenant of that viewer, whose own rules may narrow the role.", valueName: "tenant-id"))
    var tenant: String?
    @Option(help: ArgumentHelp("The variables, as one JSON object.", valueName: "json")) var variables: String?
    @Option(help: ArgumentHelp("Which operation, where the document has several.", valueName: "name")) var operation:
        String?
    @Option(
        help: ArgumentHelp(
            "Explain this row too: whether the viewer sees it. May be given several times.", valueName: "type:id"))
    var row: [String] = []
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if user != nil, role != nil { throw ValidationError("Give --as or --role, not both.") }
        if tenant != nil, role == nil { throw ValidationError("--tenant goes with --role.") }
        if file == nil, row.isEmpty { throw ValidationError("Name the file of a query, or a row with --row.") }
        if !row.isEmpty, user == nil, role == nil {
            throw ValidationError("--row goes with --as: whether a row is visible depends on who looks.")
        }
    }

    func run() throws {
        let project = try Project(options)
        let api = try API(project, asksDatabase: true)
        let rows = try row.map { text throws(CommandFailure) in try RowName(text, catalog: api.catalog) }
        let bearer = try bearer(project)
        let gateway = bearer == nil ? nil : try LocalGateway(api, project)
        let (viewer, rules) = try gateway?.viewer(of: bearer) ?? anybody(api, project)
        guard let provenance = api.policy.provenance(role: viewer.role, tenant: viewer.tenant) else {
            throw CommandFailure.notInOrder("the rules of the viewer are not known.")
        }
        let isSubtree = bearer == nil && rules.reach == .subtree
        let scope = isSubtree ? TenantScope.several : TenantScope(viewer, reach: rules.reach)
        let explainer = AccessExplainer(
            catalog: api.catalog, rules: rules, provenance: provenance, scope: scope,
            viewer: bearer == nil ? nil : viewer)
        let description = ViewerDescription(user: user, rules: rules, provenance: provenance)

        let explanation = try explanation(explainer, api, rules, project)
        let witnesses = try rows.map { row throws(CommandFailure) in try witness(of: row, explainer, viewer, gateway) }
        if json {
            var json = explanation?.json(description) ?? [:]
            if !witnesses.isEmpty { json["rows"] = witnesses.map(\.json).jsonValue }
            Terminal.print(json)
        } else {
            let parts =
                [explanation?.text(description)].compactMap(\.self)
                + witnesses.map { $0.text(user ?? viewer.role.text) }
            Terminal.write(bytes: Array(parts.joined(separator: "\n").utf8))
        }
        if explanation?.isRefused == true || witnesses.contains(where: { !$0.isVisible }) {
            throw CommandFailure.reported
        }
    }

    // MARK: Who

    /// The viewer of rows: a user, or without a table of users the bearer of a token with this role
    /// and tenant. `nil` for any viewer of a role.
    private func bearer(_ project: Project) throws(CommandFailure) -> TokenIssuer.Bearer? {
        if let user { return TokenIssuer.Bearer(user: user) }
        guard !row.isEmpty, let role else { return nil }
        guard project.configuration.authentication.users == nil else {
            throw .wrongUsage(
                "--row goes with --as where there is a table of users: whether a row is visible depends on who looks.")
        }
        return TokenIssuer.Bearer(user: role, tenant: tenant, role: role)
    }

    /// Without a user: a viewer of the role, or the anonymous one.
    private func anybody(_ api: API, _ project: Project) throws(CommandFailure) -> (Viewer, CompiledPolicy) {
        let viewer = Viewer(
            id: nil, role: role ?? Viewer.anonymousRole, tenant: tenant, tenants: tenant.map { [$0] } ?? [])
        return (viewer, try api.rules(role: viewer.role.text, tenant: tenant, project: project))
    }

    // MARK: The query

    private func explanation(
        _ explainer: AccessExplainer, _ api: API, _ rules: CompiledPolicy, _ project: Project
    ) throws -> AccessExplanation? {
        guard let file else { return nil }
        let query = QueryFile(path: file, variables: variables)
        let source = SourceText(name: query.name, bytes: try query.document())
        let limits = project.configuration.limits.rules
        let document: Document
        do throws(SyntaxError) {
            document = try GraphQLLanguage.parse(source, limits: limits.parsing, allow: .executable)
        } catch {
            throw problems([error.diagnostic(file: source.name)], source)
        }
        let given = try query.givenVariables()
        do throws(ValidationFailure) {
            let operation = try Validator(schema: api.catalog.schema, limits: limits.validation).operation(
                document, source: source, named: operation)
            return explainer.explain(operation, source: source, variables: given)
        } catch {
            throw problems(
                error.errors.map { Diagnostic($0.message, file: source.name, range: $0.ranges.first) }, source)
        }
    }

    private func problems(_ items: [Diagnostic], _ source: SourceText) -> CommandFailure {
        .wrongUsage(
            "the query does not fit the full schema, whoever asks.\n\n"
                + items.map { render($0, in: source) }.joined(separator: "\n\n"))
    }

    // MARK: Rows

    private func witness(
        of row: RowName, _ explainer: AccessExplainer, _ viewer: Viewer, _ gateway: LocalGateway?
    ) throws(CommandFailure) -> RowWitness {
        let probe: RowProbe
        do throws(ClientError) {
            probe = try explainer.probe(row.type, id: row.id)
        } catch {
            throw .wrongUsage(error.message)
        }
        let parameters = ViewerBinding(viewer: viewer, now: Array("now".utf8)).values(of: probe.parameters)
        return explainer.witness(
            row.type, id: row.id, probe: probe, cells: try gateway?.firstRow(of: probe.statement, parameters))
    }
}

/// `Order:42`: a type and the key of one of its rows.
private struct RowName {
    let type: String
    let id: String

    init(_ text: String, catalog: Catalog) throws(CommandFailure) {
        guard let colon = text.firstIndex(of: ":"), text.index(after: colon) < text.endIndex else {
            throw .wrongUsage("--row takes a type and the key of a row, such as Order:42; it is \"\(text)\".")
        }
        type = String(text[..<colon])
        id = String(text[text.index(after: colon)...])
        guard catalog.types[type] != nil else {
            let others = alternatives(to: type, among: catalog.types.keys.sorted())
            throw .wrongUsage("there is no type \"\(type)\" with a table. \(others)")
        }
    }
}
