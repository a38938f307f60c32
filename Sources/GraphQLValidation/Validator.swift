import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLSchema

/// Validates documents by the rules of section 5 and limits, against one schema.
public struct Validator: Sendable {
    public let schema: Schema
    public let limits: ValidationLimits

    public init(schema: Schema, limits: ValidationLimits = .init()) { (self.schema, self.limits) = (schema, limits) }

    /// All errors of a document in the order of their places, at most ``ValidationLimits/errors``
    /// and one sentence that there are more; empty for a valid document.
    ///
    /// `source` is the text that `document` was parsed from: messages quote values from it.
    public func validate(_ document: Document, source: SourceText) -> [ValidationError] {
        examine(document, source: source).errors
    }

    /// The operation to run, valid together with its whole document.
    ///
    /// Throws all errors of the document, or else one if no operation, or more than one, matches
    /// `named` (section 6.1, GetOperation).
    public func operation(
        _ document: Document, source: SourceText, named: String?
    ) throws(ValidationFailure) -> ValidatedOperation {
        let examination = examine(document, source: source)
        guard examination.errors.isEmpty else { throw ValidationFailure(examination.errors) }
        let position = try select(named, among: examination.index.operations)
        return try ValidatedOperation(examination, operation: position, document: document, schema: schema)
    }

    func examine(_ document: Document, source: SourceText) -> Examination {
        let index = DocumentIndex(document)
        let context = ValidationContext(schema: schema, source: source, index: index, limits: limits)
        ExecutableDefinitions.check(document, context)
        OperationNameUniqueness.check(context)
        LoneAnonymousOperation.check(context)
        FragmentNameUniqueness.check(context)
        var walk = DocumentWalk(context: context)
        walk.walk()
        if !context.errors.isFull { examineAcrossFragments(walk.typed, context) }
        return Examination(errors: context.errors.finish(), index: index, typed: walk.typed, steps: context.work.spent)
    }

    /// The rules across spreads. Code that expands fragments runs only after they are known to form
    /// no cycles and to expand to a bounded size.
    private func examineAcrossFragments(_ typed: TypedDocument, _ context: ValidationContext) {
        let order = FragmentOrder(typed.fragments, cycleLimit: limits.errors + 1)
        FragmentSpreadsMustNotFormCycles.check(order, context)
        FragmentsMustBeUsed.check(typed, context)
        for operation in context.index.operations { SingleRootField.check(operation, context) }
        OperationVariables.check(typed, context)
        guard order.cycles.isEmpty, OperationSizes.check(typed, order: order, context),
            FieldSelectionMerging.isNeeded(typed)
        else { return }
        for (operation, facts) in zip(context.index.operations, typed.operations) where !context.work.isUsedUp {
            var merging = FieldSelectionMerging(typed, operation: operation, context)
            merging.check(set: facts.set)
        }
    }

    private func select(_ name: String?, among operations: [OperationDefinition]) throws(ValidationFailure) -> Int {
        let names = operations.compactMap(\.name?.value)
        let message: String
        if let name {
            if let position = operations.firstIndex(where: { $0.name?.value.hasSameBytes(as: name) == true }) {
                return position
            }
            message = unknownName(
                "The document has no operation called \(name.quoted).", name, among: names.prefix(documentCandidates))
        } else if operations.count == 1 {
            return 0
        } else if operations.isEmpty {
            message = "The document has no operation."
        } else {
            message =
                "The document has \(operations.count) operations: say by its name which one to run, \(enumeration(names.map(\.quoted)))."
        }
        let error = ValidationError(
            message.shortened(to: ValidationError.longest), at: operations.prefix(8).map(\.place),
            rule: "Executing Requests")
        throw ValidationFailure([error], isOfTheChoice: true)
    }
}

/// The results of a document's validation.
struct Examination {
    let errors: [ValidationError]
    let index: DocumentIndex
    let typed: TypedDocument
    /// Of ``ValidationLimits/work``.
    let steps: Int
}
