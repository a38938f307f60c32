import ArgumentParser
import Diagnostics
import JSONBytes
import PorticoAccess
import PorticoExecution
import PorticoGateway
import PorticoPlanning
import PorticoProject
import PostgresSQL

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Print the plan of a query: its loads, their SQL, their parameters, and the rule behind every condition.",
        discussion:
            "Variables that the operation needs and that are not given get a value of their type: a plan depends on values only where they decide its SQL."
    )

    @OptionGroup var options: GlobalOptions
    @OptionGroup var query: QueryOptions
    @Flag(help: "Run it too, and print the rows and the time of each load.") var analyze = false
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let project = try Project(options)
        let api = try API(project, asksDatabase: true)
        let source = SourceText(name: query.documentName, bytes: try query.document())
        let given = try query.givenVariables()
        // Only a user has to be looked up; the plan itself needs no database.
        let bearer = try query.who.bearer(project)
        let gateway = bearer == nil && !analyze ? nil : try LocalGateway(api, project)
        let (viewer, rules) =
            try gateway?.viewer(of: bearer)
            ?? (.anonymous, api.rules(role: Viewer.anonymousRole, tenant: nil, project: project))

        let planned = try PlannedQuery(
            source, named: query.operation, variables: given, viewer: viewer, rules: rules, catalog: api.catalog
        ) { names throws(CommandFailure) in
            guard !names.isEmpty else { return }
            let names = names.joined(separator: ", ")
            if analyze { throw .wrongUsage("--analyze runs the query, which needs --variables for \(names).") }
            Terminal.note("note: no value given for \(names); the plan is that of some value")
        }
        let (operation, plan) = (planned.operation, planned.plan)
        var measurements: [Int: Explanation.Measurement] = [:]
        if analyze, let gateway {
            let binding = RequestBinding(
                operation: operation, variables: planned.variables, viewer: viewer, limits: rules.limits,
                now: Array("now".utf8), cursors: gateway.cursors)
            let parameters: [[ParameterValue]], pages: [BoundPage]
            do throws(ClientError) {
                pages = try binding.pages(of: plan)
                parameters = try binding.parameters(of: plan, pages: pages)
            } catch {
                throw PlannedQuery.problem(error, source)
            }
            measurements = try PlanMeasurement.run(plan, parameters, pages, on: gateway)
        }
        let explanation = Explanation(plan, of: operation, tenant: viewer.tenant)
        if json {
            Terminal.print(explanation.json(measurements))
        } else {
            let isColored = Terminal.isColored
            let text = explanation.text(measurements) { sql in
                SQLLayout.lines(sql) { text, part in isColored ? Self.painted(text, part) : text }
            }
            Terminal.write(bytes: Array(text.utf8))
            Terminal.print("\nplan \(plan.hash), as logs and the comments of statements name it")
        }
    }

    private static func painted(_ text: String, _ part: SQLLayout.Part) -> String {
        switch part {
        case .keyword: "\u{1B}[1m\(text)\u{1B}[0m"
        case .parameter: "\u{1B}[33m\(text)\u{1B}[0m"
        case .literal: "\u{1B}[32m\(text)\u{1B}[0m"
        case .name: "\u{1B}[36m\(text)\u{1B}[0m"
        case .other: text
        }
    }
}
