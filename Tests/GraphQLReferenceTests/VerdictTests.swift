import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import TestDocuments
import TestRandom
import Testing

/// Our parser and validation accept and reject the same documents as the reference implementation
/// of the specification.
///
/// Kept out by construction, because the library goes beyond the September 2025 edition or stays
/// behind it:
/// - empty selection sets (a later draft allows them; the library is told not to);
/// - directives on definitions of directives, `extend directive`, and the locations
///   `DIRECTIVE_DEFINITION` and `FRAGMENT_VARIABLE_DEFINITION` (later drafts):
///   ``isBeyondTheEdition(_:)``;
/// - rules of its own: the depth of introspection, `@defer` and `@stream` (see `verdicts.py`);
/// - more than eight digits in `\u{…}`, which section 2.10.4 allows and the library takes for an
///   error;
/// - `Float` literals beyond double precision, which section 3.5.2 refuses and the library takes:
///   no such number is generated for typed places;
/// - equal strings spelled differently (escapes, block strings) in arguments of fields that merge:
///   the library compares spellings, the edition values. Where fields meet under one name here,
///   their arguments are spelled alike;
/// - nullable variables in OneOf objects whose place is non-null or a list: section 5.8.5 refuses
///   them (`addNullableCat` among its examples), the library overlooks them. The few that changed
///   names bring about are let pass in ``judge(_:)``;
/// - nesting beyond 200 levels, where the library gives up.
@Suite struct VerdictTests {
    struct Sample {
        var subject: Int
        var bytes: [UInt8]
        /// How to make it again.
        var origin: String
        var rule: String?
    }

    /// Another run (`PORTICO_FUZZ_SEED`) has other documents.
    private static let base = FuzzRun.seed &* 1_000_000

    /// Documents for each rule of section 5, over both schemas.
    private static let perRule = 260

    @Test func documentsAreAcceptedAndRejectedByBothAlike() async throws {
        let samples = Self.valid() + Self.broken() + Self.careless() + Self.renamed() + Self.tangled() + Self.lexical()
        #expect(samples.count >= 20_000)
        async let first = Self.judge(samples.indices.filter { $0 % 2 == 0 }.map { samples[$0] })
        async let second = Self.judge(samples.indices.filter { $0 % 2 == 1 }.map { samples[$0] })
        var tally = try await first
        tally.add(try await second)

        for difference in tally.differences.prefix(20) { Issue.record("\(difference)") }
        #expect(tally.differences.count == 0)
        // The spread: every rule is met often, and no kind of verdict is rare.
        for rule in Set(Fault.allCases.map(\.rule)).sorted() {
            #expect(tally.rules[rule, default: 0] >= 250, "\(rule)")
        }
        #expect(
            tally.accepted >= 4_000 && tally.unparsed >= 3_000 && tally.invalid >= 10_000,
            "\(tally.accepted) accepted, \(tally.unparsed) unparsed, \(tally.invalid) invalid")
    }

    // MARK: Judging

    private struct Tally {
        var accepted = 0, unparsed = 0, invalid = 0
        /// How many documents break each rule, by our count.
        var rules: [String: Int] = [:]
        var differences: [String] = []

        mutating func add(_ other: Tally) {
            accepted += other.accepted
            unparsed += other.unparsed
            invalid += other.invalid
            rules.merge(other.rules, uniquingKeysWith: +)
            differences += other.differences
        }
    }

    private static func judge(_ samples: [Sample]) async throws -> Tally {
        async let theirs = ReferenceProcess.verdicts(
            on: samples.map { ($0.subject, $0.bytes) }, schemas: Subject.all.map(\.text))
        let ours = samples.map { Subject.all[$0.subject].verdict(on: $0.bytes) }
        var tally = Tally()
        for (sample, (mine, other)) in zip(samples, zip(ours, try await theirs)) {
            let isSame: Bool
            switch (mine, other) {
            case (.invalid(["All Variable Usages Are Allowed"], let message), .accepted) where message.contains("OneOf"):
                isSame = true
            case (.accepted, .accepted), (.unparsed, .unparsed), (.invalid, .invalid): isSame = true
            case (.accepted, _), (.unparsed, _), (.invalid, _): isSame = false
            }
            switch mine {
            case .accepted: tally.accepted += 1
            case .unparsed: tally.unparsed += 1
            case .invalid(let rules, _):
                tally.invalid += 1
                for rule in rules { tally.rules[rule, default: 0] += 1 }
            }
            if isSame, sample.rule != "valid" || mine == .accepted { continue }
            let text = String(decoding: sample.bytes, as: UTF8.self)
            tally.differences.append(
                "\(sample.origin), \(Subject.all[sample.subject].name): ours \(mine), the reference \(other)\n\(text.debugDescription)"
            )
        }
        return tally
    }

    // MARK: Documents

    private static func spelled(
        _ document: GeneratedDocument, _ subject: Int, _ seed: UInt64, _ origin: String, rule: String? = nil
    ) -> Sample {
        var random = SeededGenerator(seed: seed)
        return Sample(
            subject: subject, bytes: Spelling.random(document.tokens, &random), origin: "\(origin) \(seed)", rule: rule)
    }

    private static func valid() -> [Sample] {
        Subject.all.indices.flatMap { subject in
            (0..<1_100).map { seed in
                spelled(
                    DocumentGenerator.document(
                        Subject.all[subject].types, seed: base &+ UInt64(seed), fields: 2 + seed % 8), subject,
                    base &+ UInt64(seed), "valid", rule: "valid")
            }
        }
    }

    private static func broken() -> [Sample] {
        var samples: [Sample] = []
        for (rule, faults) in Dictionary(grouping: Fault.allCases, by: \.rule).sorted(by: { $0.key < $1.key }) {
            for number in 0..<perRule {
                let fault = faults[number % faults.count], seed = base &+ UInt64(number)
                for subject in [1, 0] {
                    // What the one schema has no place for, such as OneOf, the other has.
                    let document = DocumentGenerator.document(
                        Subject.all[number % 2 == 0 ? subject : 1 - subject].types, seed: seed, fault: fault, fields: 3)
                    guard document.fault != nil else { continue }
                    samples.append(
                        spelled(document, number % 2 == 0 ? subject : 1 - subject, seed, "\(fault)", rule: rule))
                    break
                }
            }
        }
        return samples
    }

    private static func careless() -> [Sample] {
        Subject.all.indices.flatMap { subject in
            (0..<1_000).map { seed in
                let document = DocumentGenerator.document(
                    Subject.all[subject].types, seed: base &+ UInt64(seed), carelessness: 1 + seed % 8,
                    fields: 3 + seed % 5)
                return spelled(document, subject, base &+ UInt64(seed), "careless")
            }
        }
    }

    /// Valid documents with names, tokens or bytes changed.
    private static func renamed() -> [Sample] {
        var samples: [Sample] = []
        for subject in Subject.all.indices {
            let facts = Subject.all[subject]
            for number in 0..<2_400 {
                let seed = base &+ UInt64(number) &+ 10_000
                var random = SeededGenerator(seed: seed)
                let isDefinition = !facts.definitions.isEmpty && number % 5 == 0
                let tokens =
                    isDefinition
                    ? facts.definitions[number / 5 % facts.definitions.count]
                    : DocumentGenerator.document(facts.types, seed: seed, fields: 1 + number % 5).tokens
                switch number % 4 {
                case 0:
                    let changed = TokenSoup.changed(tokens, names: facts.names, &random)
                    if !isBeyondTheEdition(changed) {
                        samples.append(
                            Sample(
                                subject: subject, bytes: Spelling.random(changed, &random), origin: "changed \(seed)"))
                    }
                case 1, 2:
                    samples.append(
                        Sample(
                            subject: subject,
                            bytes: Spelling.plain(TokenSoup.renamed(tokens, names: facts.names, &random)),
                            origin: "renamed \(seed)"))
                default:
                    samples.append(
                        Sample(
                            subject: subject, bytes: TokenSoup.mutated(Spelling.random(tokens, &random), &random),
                            origin: "mutated \(seed)"))
                }
            }
        }
        return samples.filter { !hasEarlyLocation($0.bytes) }
    }

    /// Selections under few names, so that they meet: what can be merged and what cannot.
    private static func tangled() -> [Sample] {
        (0..<1_300).map { number in
            var random = SeededGenerator(seed: base &+ UInt64(number) &+ 50_000)
            return Sample(
                subject: 1, bytes: Array(TangledSelections.document(&random).utf8), origin: "tangled \(number)")
        }
    }

    private static func lexical() -> [Sample] {
        (0..<3_000).map { number in
            var random = SeededGenerator(seed: base &+ UInt64(number) &+ 90_000)
            return Sample(subject: 1, bytes: LexicalDocuments.document(&random), origin: "lexical \(number)")
        }
    }

    // MARK: What is beyond the edition

    private static func isBeyondTheEdition(_ tokens: [String]) -> Bool {
        for (index, token) in tokens.enumerated() where token == "directive" {
            if index > 0, tokens[index - 1] == "extend" { return true }
            guard index + 2 < tokens.count, tokens[index + 1] == "@" else { continue }
            var depth = 0
            for next in tokens[(index + 3)...] {
                if next == "(" {
                    depth += 1
                } else if next == ")" {
                    depth -= 1
                } else if depth == 0 {
                    if next == "@" { return true }
                    break
                }
            }
        }
        return false
    }

    private static func hasEarlyLocation(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains("DIRECTIVE_DEFINITION") || text.contains("FRAGMENT_VARIABLE_DEFINITION")
    }
}
