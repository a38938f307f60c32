import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// A document that was parsed and validated once for one operation name and one set of rules. All
/// requests share it; plans are separate.
final class PreparedOperation: Sendable {
    let operation: ValidatedOperation
    let source: SourceText
    let shapes: VariableShapes
    /// Introspection is answered during planning; short queries may produce megabytes.
    let asksForTheSchema: Bool

    private init(operation: ValidatedOperation, source: SourceText) {
        self.operation = operation
        self.source = source
        asksForTheSchema = operation.hasRootField { $0.name.value == "__schema" || $0.name.value == "__type" }
        shapes = VariableShapes(operation, byValue: asksForTheSchema && !operation.variables.isEmpty)
    }

    /// Parses and validates a document.
    ///
    /// A mutation sent by a safe method is refused before validation, whatever fields it names
    /// (GraphQL over HTTP, section 5.4).
    ///
    /// - Parameter allowance: Validation steps after which it gives up as unfinished if the
    ///   viewer's rules allow more.
    static func prepare(
        _ request: GraphQLRequest, rules: CompiledPolicy, allowance: Int, _ stages: inout StageTimes
    ) throws(Preparation.Failure) -> PreparedOperation {
        let started = MonotonicClock.nanoseconds(), source = SourceText(name: "", bytes: request.query)
        let document: Document
        do throws(SyntaxError) {
            defer { stages.parse = MonotonicClock.nanoseconds() - started }
            document = try parse(source, limits: rules.limits.parsing, allow: .executable)
        } catch {
            throw .refused(ClientErrors(error, in: source))
        }
        if request.isReadOnly, document.kind(ofOperation: request.operationName) == .mutation {
            throw .refused(.mutationBySafeMethod)
        }
        let parsedAt = MonotonicClock.nanoseconds()
        defer { stages.validate = MonotonicClock.nanoseconds() - parsedAt }
        var limits = rules.limits.validation
        let isCurtailed = allowance < limits.work
        limits.work = min(limits.work, allowance)
        do throws(ValidationFailure) {
            let operation = try Validator(schema: rules.schema, limits: limits).operation(
                document, source: source, named: request.operationName)
            return PreparedOperation(operation: operation, source: source)
        } catch {
            let errors = ClientErrors(error, in: source)
            throw isCurtailed && errors.limit == .validationSteps ? .unfinished : .refused(errors)
        }
    }
}

extension Document {
    /// The kind of the operation selected by GetOperation (GraphQL, section 6.1), if any.
    fileprivate func kind(ofOperation name: String?) -> OperationKind? {
        var found: OperationKind?
        for case .operation(let operation) in definitions where name == nil || operation.name?.value == name {
            if found != nil { return nil }
            found = operation.kind
        }
        return found
    }
}
