import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// A document that was parsed and validated once, for one operation name and one set of rules:
/// everything but its plans is the same for all requests.
final class PreparedOperation: Sendable {
    let operation: ValidatedOperation
    let source: SourceText
    let shapes: VariableShapes
    /// Introspection is answered while the plan is made: a few lines may ask for megabytes.
    let asksForTheSchema: Bool

    private init(operation: ValidatedOperation, source: SourceText) {
        self.operation = operation
        self.source = source
        asksForTheSchema = Self.asksForTheSchema(operation)
        shapes = VariableShapes(operation, byValue: asksForTheSchema && !operation.variables.isEmpty)
    }

    /// What became of a document, and how long it took.
    struct Preparation: Sendable {
        var result: Result<PreparedOperation, RequestErrors>
        var stages = StageTimes()
        /// Validation took more steps than it was allowed here, and fewer than the viewer's rules
        /// allow.
        var isUnfinished = false
    }

    /// Parses and validates; apart from the clock pure, so that it may run on any thread.
    ///
    /// A mutation that came by a safe method is refused before it is validated: what it names is
    /// not the question then (GraphQL over HTTP, section 5.4).
    ///
    /// - Parameter allowance: Steps of validation after which it is given up.
    static func prepare(_ request: GraphQLRequest, rules: RuleSet, allowance: Int = .max) -> Preparation {
        var stages = StageTimes()
        let started = MonotonicClock.nanoseconds()
        let source = SourceText(name: "", bytes: request.query)
        let parsed = Result { () throws(SyntaxError) in
            try parse(source, limits: rules.limits.parsing, allow: .executable)
        }
        let parsedAt = MonotonicClock.nanoseconds()
        stages.parse = parsedAt - started
        switch parsed {
        case .failure(let error): return Preparation(result: .failure(RequestErrors(error, in: source)), stages: stages)
        case .success(let document):
            if request.isReadOnly, document.kind(ofOperation: request.operationName) == .mutation {
                return Preparation(result: .failure(.mutationBySafeMethod), stages: stages)
            }
            let result = validate(document, source, named: request.operationName, rules: rules, allowance: allowance)
            stages.validate = MonotonicClock.nanoseconds() - parsedAt
            let isUnfinished =
                if case .failure(let errors) = result, allowance < rules.limits[.validationSteps] {
                    errors.limit == .validationSteps
                } else { false }
            return Preparation(result: result, stages: stages, isUnfinished: isUnfinished)
        }
    }

    private static func validate(
        _ document: Document, _ source: SourceText, named name: String?, rules: RuleSet, allowance: Int
    ) -> Result<PreparedOperation, RequestErrors> {
        do {
            var limits = rules.limits.validation
            limits.work = min(limits.work, allowance)
            let operation = try Validator(schema: rules.schema, limits: limits).operation(
                document, source: source, named: name)
            return .success(PreparedOperation(operation: operation, source: source))
        } catch {
            return .failure(RequestErrors(error, in: source))
        }
    }

    private static func asksForTheSchema(_ operation: ValidatedOperation) -> Bool {
        var waiting = [operation.operation.selectionSet]
        var seen: Set<String> = []
        while let set = waiting.popLast() {
            for selection in set.selections {
                switch selection {
                case .field(let field):
                    if field.name.value == "__schema" || field.name.value == "__type" { return true }
                case .inlineFragment(let fragment): waiting.append(fragment.selectionSet)
                case .fragmentSpread(let spread):
                    if seen.insert(spread.name.value).inserted, let fragment = operation.fragments[spread.name.value] {
                        waiting.append(fragment.selectionSet)
                    }
                }
            }
        }
        return false
    }
}

extension Document {
    /// The kind of the operation that GetOperation (GraphQL, section 6.1) chooses; `nil` where it
    /// chooses none.
    fileprivate func kind(ofOperation name: String?) -> OperationKind? {
        var found: OperationKind?
        for case .operation(let operation) in definitions where name == nil || operation.name?.value == name {
            if found != nil { return nil }
            found = operation.kind
        }
        return found
    }
}

extension RequestErrors {
    static let mutationBySafeMethod = RequestErrors(
        .badInput, "A mutation needs POST: GET must change nothing.", cause: .mutationMustNotBeSafe)
}
