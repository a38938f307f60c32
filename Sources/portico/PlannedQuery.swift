import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// A query that a command plans by itself, and does not leave to the gateway: its operation, its
/// variables and its plan.
struct PlannedQuery {
    let operation: ValidatedOperation
    let variables: VariableValues
    let plan: AuthorizedPlan
    /// Throws what is wrong with the document or the variables as the diagnostics of `source`.
    /// - Parameter accept: Asked before anything is planned, with the names of the variables that
    ///   the operation needs and that are not given: they get some value of their type.
    init(
        _ source: SourceText, named name: String? = nil, variables given: [JSONMember], viewer: Viewer, rules: RuleSet,
        catalog: Catalog, accept: ([String]) throws(CommandFailure) -> Void = { _ in }
    ) throws(CommandFailure) {
        operation = try Self.operation(source, named: name, rules)
        let completed = VariablePlaceholders(operation).completing(given)
        try accept(completed.names)
        do throws(InputErrors) {
            variables = try coerceVariables(operation, completed.variables, limits: rules.limits.input)
        } catch {
            throw Self.problems(
                error.items.map { Diagnostic($0.message, file: source.name, range: $0.ranges.first) }, source)
        }
        do throws(PlanningError) {
            plan = try Planner(catalog: catalog, rules: rules, scope: TenantScope(viewer, reach: rules.reach))
                .plan(operation, shapes: VariableShapes(operation, byValue: false), variables: variables)
        } catch {
            throw Self.problem(error, source)
        }
    }

    static func problem(_ error: PlanningError, _ source: SourceText) -> CommandFailure {
        problems([Diagnostic(error.message, file: source.name, range: error.range)], source)
    }

    private static func operation(
        _ source: SourceText, named name: String?, _ rules: RuleSet
    ) throws(CommandFailure) -> ValidatedOperation {
        let document: Document
        do throws(SyntaxError) {
            document = try GraphQLLanguage.parse(source, limits: rules.limits.parsing, allow: .executable)
        } catch {
            throw problems([error.diagnostic(file: source.name)], source)
        }
        do throws(ValidationFailure) {
            return try Validator(schema: rules.schema, limits: rules.limits.validation).operation(
                document, source: source, named: name)
        } catch {
            throw problems(
                error.errors.map { Diagnostic($0.message, file: source.name, range: $0.ranges.first) }, source)
        }
    }

    private static func problems(_ items: [Diagnostic], _ source: SourceText) -> CommandFailure {
        .notInOrder("the query cannot be planned.\n\n" + items.map { render($0, in: source) }.joined(separator: "\n\n"))
    }
}
