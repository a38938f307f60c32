import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway

/// Puts the question of one case to a gateway and holds the answer against what is expected.
public struct CaseRunner {
    public typealias Ask = (_ query: StatedQuery, _ viewer: Viewer, _ rules: RuleSet) throws -> CaseAnswer

    /// What came of one case.
    public struct Outcome: Sendable {
        public var mismatches: [Mismatch]
        /// The gateway gave data, so that rows were looked at.
        public var isAnswered: Bool
    }

    private let catalog: Catalog
    private let ask: Ask

    /// - Parameters:
    ///   - catalog: whose schema is the whole one.
    ///   - ask: gives the gateway's answer; what it throws ends the run.
    public init(catalog: Catalog, ask: @escaping Ask) {
        self.catalog = catalog
        self.ask = ask
    }

    /// - Parameter probing: whether refused names are compared with missing ones, which asks once
    ///   more.
    public func run(
        _ test: AccessCase, _ mentions: OperationMentions, viewer: Viewer, rules: RuleSet, probing: Bool
    ) throws -> Outcome {
        switch test.subject {
        case .query(let query, let expectation):
            let answer = try ask(query, viewer, rules)
            var mismatches = ExpectationCheck(mentions).mismatches(expectation, answer)
            if mismatches.isEmpty, probing, case .requestError(.validationError) = answer.outcome {
                mismatches = try probe(answer, of: query, viewer, rules)
            }
            return Outcome(mismatches: mismatches, isAnswered: answer.hasData)
        case .fields(let name, let expected):
            guard let type = catalog.types[name] else { return Outcome(mismatches: [], isAnswered: false) }
            return try fields(of: type, expected, viewer, rules, probing: probing)
        }
    }

    private func fields(
        of type: TypeBinding, _ expected: Set<String>, _ viewer: Viewer, _ rules: RuleSet, probing: Bool
    ) throws -> Outcome {
        let question = FieldQuestion(type, schema: rules.schema, catalog: catalog)
        guard !question.documents.isEmpty else {
            let mismatch = Mismatch(
                summary: "no field of the schema leads to \(type.name) without an argument",
                lines: ["          Test it by queries."])
            return Outcome(mismatches: [mismatch], isAnswered: false)
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
                // Where the way to the type is refused, so is the type.
                refused.formUnion(own.isEmpty ? Set(type.fields.keys) : Set(own))
            }
        }
        return Outcome(
            mismatches: mismatches
                + ExpectationCheck(OperationMentions(type: type)).fields(of: type, expected, refused: refused),
            isAnswered: isAnswered)
    }

    private func probe(
        _ answer: CaseAnswer, of query: StatedQuery, _ viewer: Viewer, _ rules: RuleSet
    ) throws -> [Mismatch] {
        guard let probe = HiddenNameProbe(answer, catalog: catalog) else { return [] }
        var missing = query
        missing.document = probe.document
        return probe.mismatches(try ask(missing, viewer, rules), schema: rules.schema)
    }
}
