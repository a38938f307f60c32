import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoPlanning

/// Sends the question of one case to a gateway and compares the answer with the expectation.
public struct CaseRunner {
    public typealias Ask = (_ query: StatedQuery, _ viewer: Viewer, _ rules: CompiledPolicy) throws -> CaseAnswer

    /// The result of one case.
    public struct CheckedAnswer: Sendable {
        public var mismatches: [Mismatch]
        /// Whether the gateway returned data, so that rows were read.
        public var isAnswered: Bool
    }

    private let catalog: Catalog
    private let ask: Ask

    /// - Parameters:
    ///   - catalog: Has the complete schema.
    ///   - ask: Returns the gateway's answer; an error ends the run.
    public init(catalog: Catalog, ask: @escaping Ask) { (self.catalog, self.ask) = (catalog, ask) }

    /// - Parameter probing: Whether to compare refused names with missing ones.
    public func run(
        _ test: AccessCase, _ mentions: OperationMentions, viewer: Viewer, rules: CompiledPolicy, probing: Bool
    ) throws -> CheckedAnswer {
        switch test.subject {
        case .query(let query, let expectation):
            let answer = try ask(query, viewer, rules)
            var mismatches = ExpectationCheck(mentions).mismatches(expectation, answer)
            if mismatches.isEmpty, probing, case .requestError(.validationError) = answer.outcome {
                mismatches = try probe(answer, of: query, viewer, rules)
            }
            return CheckedAnswer(mismatches: mismatches, isAnswered: answer.hasData)
        case .fields(let name, let expected):
            guard let type = catalog.types[name] else { return CheckedAnswer(mismatches: [], isAnswered: false) }
            return try fields(of: type, expected, viewer, rules, probing: probing)
        }
    }

    private func fields(
        of type: TypeBinding, _ expected: Set<String>, _ viewer: Viewer, _ rules: CompiledPolicy, probing: Bool
    ) throws -> CheckedAnswer {
        let question = FieldQuestion(type, schema: rules.schema, catalog: catalog)
        guard !question.documents.isEmpty else {
            let mismatch = Mismatch(
                summary: "no field of the schema leads to \(type.name) without an argument",
                lines: ["          Test it by queries."])
            return CheckedAnswer(mismatches: [mismatch], isAnswered: false)
        }
        var refused: Set<String> = [], isAnswered = false, mismatches: [Mismatch] = []
        for document in question.documents {
            let query = StatedQuery(document: document, variables: [])
            let answer = try ask(query, viewer, rules)
            isAnswered = isAnswered || answer.hasData
            if probing, case .requestError(.validationError) = answer.outcome {
                mismatches += try probe(answer, of: query, viewer, rules)
            }
            for error in answer.errors {
                guard error.code == ErrorCode.validationError.rawValue else {
                    mismatches.append(
                        Mismatch(
                            summary: "the fields cannot be asked for",
                            lines: ["found     \(error.code): \(error.message)"]))
                    continue
                }
                let own = type.fields.keys.filter { error.refuses("\(type.name).\($0)") }
                // If the path to the type is refused, so is the type.
                refused.formUnion(own.isEmpty ? Set(type.fields.keys) : Set(own))
            }
        }
        return CheckedAnswer(
            mismatches: mismatches
                + ExpectationCheck(OperationMentions(type: type)).fields(of: type, expected, refused: refused),
            isAnswered: isAnswered)
    }

    private func probe(
        _ answer: CaseAnswer, of query: StatedQuery, _ viewer: Viewer, _ rules: CompiledPolicy
    ) throws -> [Mismatch] {
        guard let probe = HiddenNameProbe(answer, catalog: catalog) else { return [] }
        var missing = query
        missing.document = probe.document
        return probe.mismatches(try ask(missing, viewer, rules), schema: rules.schema)
    }
}
