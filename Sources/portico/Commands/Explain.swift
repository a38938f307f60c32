import ArgumentParser
import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoExecution
import PorticoGateway
import PorticoPlanning

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the plan of a query: its loads, their SQL, their parameters, and the rule behind every condition.",
        discussion: "Variables that the operation needs and that are not given get a value of their type: a plan depends on values only where they decide its SQL.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var query: QueryOptions
    @Flag(help: "Run it too, and print the rows and the time of each load.") var analyze = false

    func run() throws {
        let project = try Project(options)
        let api = try API(project)
        let source = SourceText(name: query.documentName, bytes: try query.document())
        let given = try query.givenVariables()
        // Only a user has to be looked up; the plan itself needs no database.
        let gateway = query.user == nil && !analyze ? nil : try LocalGateway(api, project)
        let (viewer, rules) = try gateway?.viewer(query.user) ?? (.anonymous, api.rules(role: Viewer.anonymous.role, tenant: nil, project: project))

        let operation = try operation(source, rules)
        let filled = VariablePlaceholders(operation).completing(given)
        if !filled.names.isEmpty {
            if analyze { throw CommandFailure.wrongUsage("--analyze runs the query, which needs --variables for \(filled.names.joined(separator: ", ")).") }
            Terminal.note("note: no value given for \(filled.names.joined(separator: ", ")); the plan is that of some value")
        }
        do {
            let variables = try coerceVariables(operation, filled.variables, limits: rules.limits.input)
            let shapes = VariableShapes(operation, byValue: false)
            let planner = Planner(catalog: api.catalog, rules: rules, scope: TenantScope(viewer, reach: rules.reach))
            let plan = try planner.plan(operation, shapes: shapes, variables: variables)
            var measurements: [Int: Explanation.Measurement] = [:]
            if analyze, let gateway {
                let binding = RequestBinding(operation: operation, variables: variables, viewer: viewer, limits: rules.limits, now: Array("now".utf8), cursors: gateway.cursors)
                let pages = try binding.pages(of: plan)
                measurements = try PlanMeasurement.run(plan, try binding.parameters(of: plan, pages: pages), pages, on: gateway)
            }
            Terminal.write(bytes: Array(Explanation(plan, of: operation, tenant: viewer.tenant).text(measurements).utf8))
            Terminal.print("\nplan \(plan.hash), as logs and the comments of statements name it")
        } catch let errors as InputErrors {
            throw problems(errors.items.map { Diagnostic($0.message, file: source.name, range: $0.ranges.first) }, source)
        } catch let error as PlanningError {
            throw problems([Diagnostic(error.message, file: source.name, range: error.range)], source)
        }
    }

    private func operation(_ source: SourceText, _ rules: RuleSet) throws(CommandFailure) -> ValidatedOperation {
        let document: Document
        do throws(SyntaxError) {
            document = try GraphQLLanguage.parse(source, limits: rules.limits.parsing, allow: .executable)
        } catch {
            throw problems([error.diagnostic(file: source.name)], source)
        }
        do throws(ValidationFailure) {
            return try Validator(schema: rules.schema, limits: rules.limits.validation).operation(document, source: source, named: query.operation)
        } catch {
            throw problems(error.errors.map { Diagnostic($0.message, file: source.name, range: $0.ranges.first) }, source)
        }
    }

    private func problems(_ items: [Diagnostic], _ source: SourceText) -> CommandFailure {
        .notInOrder("the query cannot be planned.\n\n" + items.map { render($0, in: source) }.joined(separator: "\n\n"))
    }
}
