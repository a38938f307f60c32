import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoPlanning

/// Checks a viewer's operation as the gateway would, without a database: schema, limits, variables.
struct RefusalCheck {
    let rules: CompiledPolicy
    let catalog: Catalog
    let scope: TenantScope

    /// The errors caused by the viewer's rules; not those that any viewer would get.
    func refusals(
        of operation: ValidatedOperation, source: SourceText, variables: [JSONMember]
    ) -> [AccessExplanation.Refusal] {
        let own: ValidatedOperation
        do throws(ValidationFailure) {
            own = try Validator(schema: rules.schema, limits: rules.limits.validation).operation(
                operation.document, source: source, named: operation.name)
        } catch {
            return error.errors.map { refusal($0.message, $0.ranges.first, source) }
        }
        let forEverybody = Set(inputErrors(operation, variables).items.map(\.message))
        do throws(InputErrors) {
            let values = try coerceVariables(own, variables, limits: rules.limits.input)
            return planningRefusal(own, values).map { [refusal($0.message, $0.range, source)] } ?? []
        } catch {
            return error.items.filter { !forEverybody.contains($0.message) }.map {
                refusal($0.message, $0.ranges.first, source)
            }
        }
    }

    private func inputErrors(_ operation: ValidatedOperation, _ variables: [JSONMember]) -> InputErrors {
        do throws(InputErrors) {
            _ = try coerceVariables(operation, variables, limits: rules.limits.input)
            return InputErrors([])
        } catch { return error }
    }

    private func planningRefusal(_ operation: ValidatedOperation, _ values: VariableValues) -> ClientError? {
        do throws(ClientError) {
            _ = try Planner(catalog: catalog, rules: rules, scope: scope).plan(
                operation, shapes: VariableShapes(operation, byValue: false), variables: values)
            return nil
        } catch { return error }
    }

    private func refusal(_ message: String, _ range: SourceRange?, _ source: SourceText) -> AccessExplanation.Refusal {
        AccessExplanation.Refusal(message: message, position: range.map { source.position(at: Int($0.start)) })
    }
}
