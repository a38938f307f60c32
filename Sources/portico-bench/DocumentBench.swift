import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoPlanning
import PorticoProject

/// The cost of an uncached document: parsing, validation and planning, without the database.
struct DocumentBench {
    /// A document with its rules and variables.
    struct Subject {
        let workload: BenchWorkload
        let rules: CompiledPolicy
        let planner: Planner
        let variables: VariableValues

        /// Throws problems of the document.
        init(_ workload: BenchWorkload, viewer: Viewer, rules: CompiledPolicy, catalog: Catalog) throws(CommandFailure)
        {
            let source = SourceText(name: "\(workload.name).graphql", bytes: workload.document)
            self.workload = workload
            self.rules = rules
            planner = Planner(catalog: catalog, rules: rules, scope: TenantScope(viewer, reach: rules.reach))
            variables = try PlannedQuery(
                source, variables: workload.variables(ofTurn: 0), viewer: viewer, rules: rules, catalog: catalog
            ).variables
        }
    }

    /// Nanoseconds of each step for all documents of one round together.
    struct Round: Equatable {
        var documents = 0
        var parse = 0
        var validate = 0
        var plan = 0

        enum Figure: String, CaseIterable { case parse, validate, plan, all, checkedPerSecond }

        /// Microseconds per document, and documents parsed and validated (not planned) per second.
        subscript(figure: Figure) -> Double? {
            guard documents > 0 else { return nil }
            func each(_ nanoseconds: Int) -> Double { Double(nanoseconds) / Double(documents) / 1_000 }
            switch figure {
            case .parse: return each(parse)
            case .validate: return each(validate)
            case .plan: return each(plan)
            case .all: return each(parse + validate + plan)
            case .checkedPerSecond:
                return parse + validate > 0 ? Double(documents) / Double(parse + validate) * 1e9 : nil
            }
        }
    }

    struct Result {
        var workload: String
        var bytes: Int
        var rounds: [Round]

        func spread(_ figure: Round.Figure) -> BenchResult.Spread? {
            BenchResult.Spread(rounds.compactMap { $0[figure] })
        }
    }

    let options: BenchOptions

    /// Documents take turns within a round.
    func results(_ subjects: [Subject]) throws -> [Result] {
        if options.warmup > 0 { for subject in subjects { _ = try round(subject, seconds: options.warmup) } }
        var results = subjects.map { Result(workload: $0.workload.name, bytes: $0.workload.document.count, rounds: []) }
        for _ in 0..<options.rounds {
            for (index, subject) in subjects.enumerated() {
                results[index].rounds.append(try round(subject, seconds: options.seconds))
            }
        }
        return results
    }

    private func round(_ subject: Subject, seconds: Double) throws -> Round {
        let limits = subject.rules.limits,
            validator = Validator(schema: subject.rules.schema, limits: limits.validation)
        var round = Round()
        let end = MonotonicClock.nanoseconds() + Int(seconds * 1e9)
        repeat {
            let source = SourceText(name: "", bytes: subject.workload.document)
            let start = MonotonicClock.nanoseconds()
            let document = try GraphQLLanguage.parse(source, limits: limits.parsing, allow: .executable)
            let parsed = MonotonicClock.nanoseconds()
            let operation = try validator.operation(document, source: source, named: nil)
            let validated = MonotonicClock.nanoseconds()
            _ = try subject.planner.plan(
                operation, shapes: VariableShapes(operation, byValue: false), variables: subject.variables)
            let planned = MonotonicClock.nanoseconds()
            round.documents += 1
            round.parse += parsed - start
            round.validate += validated - parsed
            round.plan += planned - validated
        } while MonotonicClock.nanoseconds() < end
        return round
    }
}
