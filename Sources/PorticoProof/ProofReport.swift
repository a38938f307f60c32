import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// The result of a proof.
public struct ProofReport: Sendable {
    /// One role, or the parts that any file of rules may add.
    public struct Part: Sendable {
        /// `nil` for those parts.
        public let role: String?
        public let reach: Reach
        /// The role whose proof covers this one, which has fewer fields and further conditions.
        public var provenWith: String?
        /// Numbers of planned operations and their statements.
        public internal(set) var operations = 0
        public internal(set) var statements = 0
        /// Statements that depend on a row outside.
        public internal(set) var counterexamples: [Counterexample] = []
        /// Operations that could not be examined, with the reasons: an incomplete proof is none.
        public internal(set) var unexamined: [(query: String, reason: String)] = []

        public var isProven: Bool { counterexamples.isEmpty && unexamined.isEmpty }

        mutating func refuse(_ query: String, _ error: any Error) {
            let failure = error as? ClientError
            // A field without a binding yields no statement.
            if failure?.fault == .notBound { return }
            if unexamined.count < Limits.counterexamples { unexamined.append((query, failure?.reason ?? "\(error)")) }
        }

        /// Merges the result of another share of the same operations.
        mutating func add(_ other: Part) {
            operations += other.operations
            statements += other.statements
            counterexamples = Array((counterexamples + other.counterexamples).prefix(Limits.counterexamples))
            unexamined = Array((unexamined + other.unexamined).prefix(Limits.counterexamples))
        }
    }

    enum Limits {
        /// Counterexamples that are listed of one part (default 20). Guards against a fault of one
        /// condition that every statement shares.
        static let counterexamples = 20
    }

    public internal(set) var parts: [Part] = []
    /// Roles that are not subject to isolation.
    public internal(set) var crossTenant: [String] = []
    /// Types whose files state `isolation: none`.
    public let exempt: [String]
    /// The relations of isolation paths: each must lead to at most one row.
    public let paths: [RelationBinding]

    public var isProven: Bool { parts.allSatisfy(\.isProven) }
    public var operations: Int { parts.reduce(0) { $0 + $1.operations } }
    public var statements: Int { parts.reduce(0) { $0 + $1.statements } }

    /// What was not proven, in sentences, at most `limit` of each kind; empty if all was.
    public func failures(limit: Int = 3) -> [String] {
        let counterexamples = parts.flatMap(\.counterexamples).map(\.text)
        let unexamined = parts.flatMap(\.unexamined).map {
            "It could not be told what this operation reaches: \($0.reason)\n  query      \($0.query)"
        }
        return Array((counterexamples + unexamined).prefix(limit))
    }
}
