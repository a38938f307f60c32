import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// A query that a command plans itself: its operation, its variables and its plan.
package struct PlannedQuery {
    package let operation: ValidatedOperation
    package let variables: VariableValues
    package let plan: AuthorizedPlan
    /// Throws problems of the document or the variables as diagnostics of `source`.
    /// - Parameter accept: Called before planning, with the names of required variables that are
    ///   not given: they get arbitrary values of their types.
    package init(
        _ source: SourceText, named name: String? = nil, variables given: [JSONMember], viewer: Viewer,
        rules: CompiledPolicy,
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
        do throws(ClientError) {
            plan = try Planner(catalog: catalog, rules: rules, scope: TenantScope(viewer, reach: rules.reach))
                .plan(operation, shapes: VariableShapes(operation, byValue: false), variables: variables)
        } catch {
            throw Self.problem(error, source)
        }
    }

    package static func problem(_ error: ClientError, _ source: SourceText) -> CommandFailure {
        problems([Diagnostic(error.reason, file: source.name, range: error.range)], source)
    }

    private static func operation(
        _ source: SourceText, named name: String?, _ rules: CompiledPolicy
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
