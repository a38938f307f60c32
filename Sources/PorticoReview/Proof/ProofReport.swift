import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// What a proof has come to.
public struct ProofReport: Sendable {
    /// One role, or the parts that any file of rules may add.
    public struct Part: Sendable {
        /// `nil` for those parts.
        public let role: String?
        public let reach: Reach
        /// The role whose proof holds for this one too, because this one has fewer fields and
        /// further conditions.
        public let provenWith: String?
        /// How many operations were planned, and how many statements they have.
        public internal(set) var operations = 0
        public internal(set) var statements = 0
        /// Statements that depend on a row outside.
        public internal(set) var counterexamples: [Counterexample] = []
        /// Operations of which nothing is known, each with the reason: a proof that has not looked
        /// at everything is none.
        public internal(set) var unexamined: [(query: String, reason: String)] = []

        init(role: String?, reach: Reach, provenWith: String? = nil) {
            self.role = role
            self.reach = reach
            self.provenWith = provenWith
        }

        public var isProven: Bool { counterexamples.isEmpty && unexamined.isEmpty }

        mutating func refuse(_ query: String, _ error: any Error) {
            let failure = error as? PlanningError
            // A field that nothing binds gives no statement to anybody.
            if failure?.kind == .notBound { return }
            if unexamined.count < Limits.counterexamples { unexamined.append((query, failure?.message ?? "\(error)")) }
        }

        /// Takes what was found in another share of the same operations.
        mutating func add(_ other: Part) {
            operations += other.operations
            statements += other.statements
            counterexamples = Array((counterexamples + other.counterexamples).prefix(Limits.counterexamples))
            unexamined = Array((unexamined + other.unexamined).prefix(Limits.counterexamples))
        }
    }

    enum Limits {
        /// Counterexamples that are listed of one part (default 20). Stands against a fault of one
        /// condition that every statement shares.
        static let counterexamples = 20
    }

    public internal(set) var parts: [Part] = []
    /// Roles that isolation does not bind.
    public internal(set) var crossTenant: [String] = []
    /// Types whose files say `isolation: none`.
    public let exempt: [String]
    /// The relations that isolation paths follow: each must lead to one row at the most.
    public let paths: [RelationBinding]

    init(exempt: [String], paths: [RelationBinding]) {
        self.exempt = exempt
        self.paths = paths
    }

    public var isProven: Bool { parts.allSatisfy(\.isProven) }
    public var operations: Int { parts.reduce(0) { $0 + $1.operations } }
    public var statements: Int { parts.reduce(0) { $0 + $1.statements } }

    /// What was not proven, in whole sentences; empty where everything was. `limit` bounds how many
    /// are told.
    public func failures(limit: Int = 3) -> [String] {
        let counterexamples = parts.flatMap(\.counterexamples).map(\.text)
        let unexamined = parts.flatMap(\.unexamined).map {
            "It could not be told what this operation reaches: \($0.reason)\n  query      \($0.query)"
        }
        return Array((counterexamples + unexamined).prefix(limit))
    }
}
