import Diagnostics
import GraphQLLanguage
import TestDocuments
import TestRandom
import Testing

@testable import GraphQLValidation

/// Lexer, parser and validation against whatever may come as a document: no crash, and never more
/// work, errors or text than the limits say.
@Suite struct LanguageFuzz {
    private static let schema = Fixture.build(NastySchema.text)
    private static let types = TypeFacts(schema)
    private static let names = [
        "id", "any", "value", "node", "person", "choose", "by", "where", "required", "Query", "Pet", "Dog", "Int", "F1",
        "v1", "a", "__typename", "__schema", "types", "fields",
    ]

    /// One round is one text under limits of its own.
    @Test func everyTextEndsInADocumentOrInErrorsWithinBounds() {
        var parsed = 0, valid = 0, syntax = 0, limits: Set<String> = []
        FuzzRun.rounds(4_000, "language") { seed in
            var random = SeededGenerator(seed: seed)
            let bytes = Self.text(&random)
            let source = SourceText(name: "", bytes: bytes)
            // Now and then limits that most texts meet.
            let isNarrow = Int.random(in: 0..<4, using: &random) == 0
            let parsing =
                isNarrow
                ? ParseLimits(
                    tokens: Int.random(in: 1...60, using: &random), depth: Int.random(in: 1...8, using: &random),
                    bytes: 4_000) : ParseLimits()
            let validation =
                isNarrow
                ? ValidationLimits(
                    errors: 3, depth: 4, introspectionDepth: 2, rootFields: 3, selections: 20, nesting: 6, work: 100)
                : ValidationLimits()
            let document: Document
            do throws(SyntaxError) {
                document = try parse(source, limits: parsing)
            } catch {
                if case .limit(let name, _) = error.kind { limits.insert(name.rawValue) } else { syntax += 1 }
                return Self.expect(
                    Self.isWithin(error.range, bytes) && !error.message.isEmpty && error.message.utf8.count < 1_000,
                    seed, "the error \(error)")
            }
            parsed += 1
            let result = Validator(schema: Self.schema, limits: validation).examine(document, source: source)
            limits.formUnion(result.errors.compactMap(\.limit?.rawValue))
            if result.errors.isEmpty { valid += 1 }
            let isBounded =
                result.errors.count <= validation.errors + 1
                && result.errors.allSatisfy { error in
                    error.message.count <= ValidationError.longest + 1
                        && error.ranges.count <= ValidationError.mostRanges
                        && error.ranges.allSatisfy { Self.isWithin($0, bytes) }
                }
            // An uninterrupted step may be as long as one selection set.
            let isCheap = result.steps <= validation.work + bytes.count
            return Self.expect(isBounded, seed, "errors \(result.errors)")
                && Self.expect(isCheap, seed, "\(result.steps) steps")
                && Self.expect(Self.survivesPrinting(document), seed, "the document changes when it is printed")
        }
        if FuzzRun.seconds == nil {
            #expect(parsed > 500 && valid > 100 && syntax > 500)
            #expect(limits.isSuperset(of: ["tokens", "bytes", "depth", "selections", "rootFields"]))
        }
    }

    private static func expect(_ condition: Bool, _ seed: UInt64, _ words: String) -> Bool {
        if !condition { Issue.record("seed \(seed): \(words.prefix(2_000))") }
        return condition
    }

    private static func isWithin(_ range: SourceRange, _ bytes: [UInt8]) -> Bool {
        range.start <= range.end && Int(range.end) <= bytes.count
    }

    private static func survivesPrinting(_ document: Document) -> Bool {
        guard let again = try? parse(SourceText(name: "", DocumentPrinter.print(document))) else { return false }
        return again.withoutRanges == document.withoutRanges
    }

    // MARK: Texts

    private static func text(_ random: inout SeededGenerator) -> [UInt8] {
        let fields = Int.random(in: 1...12, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return LexicalDocuments.document(&random)
        case 1:
            return (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 2:
            return Spelling.random(
                TokenSoup.soup(Int.random(in: 1...80, using: &random), names: names, &random), &random)
        case 3: return repeated(&random)
        case 4: return Array(TangledSelections.document(&random).utf8)
        case 5:
            let tokens = NastySchema.definitions.randomElement(using: &random) ?? []
            return TokenSoup.mutated(
                Spelling.random(TokenSoup.changed(tokens, names: names, &random), &random), &random)
        case 6, 7:
            let document = DocumentGenerator.document(
                types, seed: random.next(), carelessness: Int.random(in: 0...20, using: &random), fields: fields)
            return Spelling.random(document.tokens, &random)
        case 8:
            return Spelling.random(
                TokenSoup.renamed(
                    DocumentGenerator.document(types, seed: random.next(), fields: fields).tokens, names: names, &random
                ), &random)
        default:
            return TokenSoup.mutated(
                Spelling.random(DocumentGenerator.document(types, seed: random.next(), fields: fields).tokens, &random),
                &random)
        }
    }

    /// One piece many times over: depth, width, and what doubles.
    private static func repeated(_ random: inout SeededGenerator) -> [UInt8] {
        let count = Int.random(in: 1...600, using: &random)
        let pieces: [(String, String, String)] = [
            ("", "{ pet ", ""), ("{ any(value: ", "[", ")}"), ("{ any(value: ", "{a:", ")}"), ("{ ", "id ", "}"),
            ("{", "... { any ", "}"), ("query Q(", "$a: Int ", ") { any }"), ("{ any ", "@skip(if: true) ", "}"),
            ("{ any(value: \"", "\\u{1F600}", "\") }"), ("{ any(value: \"\"\"", " \n", "\"\"\") }"),
            ("query(", "$v: [", ") { any }"), ("{ any } ", "#\n", ""),
            ("{ ", "a: any(value: 1) a: any(value: 2) ", "}"),
            ("{ ...F } fragment F on Query { ", "...F ", "}"),
            ("{ ", "...on Query { pet { ...on Dog { pet { __typename } } } } ", "}"),
        ]
        let (head, piece, tail) = pieces.randomElement(using: &random) ?? ("", "{", "")
        if Int.random(in: 0..<8, using: &random) == 0 {
            // Each fragment spreads the next one twice.
            let chain = (0..<min(count, 60)).map { "fragment F\($0) on Query { ...F\($0 + 1) ...F\($0 + 1) }" }.joined(
                separator: " ")
            return Array("{ ...F0 } \(chain) fragment F\(min(count, 60)) on Query { any }".utf8)
        }
        return Array((head + String(repeating: piece, count: count) + tail).utf8)
    }
}
