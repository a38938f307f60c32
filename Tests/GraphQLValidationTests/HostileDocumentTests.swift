import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import Testing

@testable import GraphQLValidation

/// Documents that are cheap to send: each is answered within a bound of steps, by a verdict or by
/// the name of a limit.
@Suite struct HostileDocumentTests {
    /// Selections below each other that never end: `node { node { … } }` on an object, an interface
    /// and two more objects.
    private static let schema = Fixture.build(
        """
        schema { query: Query }
        interface Node { node: Node a: Node name: String }
        type Query implements Node { node: Node a: Node name: String }
        type Left implements Node { node: Node a: Node name: String }
        type Right implements Node { node: Node a: Node name: String }
        """)

    private func examine(_ text: String, _ limits: ValidationLimits = .init()) throws -> Examination {
        try Fixture.examine(text, schema: Self.schema, limits: limits)
    }

    private func limitNames(_ examination: Examination) -> [String?] { examination.errors.map(\.limit?.rawValue) }

    @Test func fragmentsThatDoubleAtEachStepAreCountedNotExpanded() throws {
        let levels = 60
        var text = "{ ...F0 } fragment F\(levels) on Node { name }"
        for level in 0..<levels { text += " fragment F\(level) on Node { ...F\(level + 1) ...F\(level + 1) }" }
        let result = try examine(text)
        #expect(limitNames(result) == ["rootFields", "selections"])
        #expect(
            result.errors.last?.message
                == "The operation selects more than the 20000 fields and fragments that are allowed.")
        #expect(result.steps < 1_000)
    }

    @Test func fragmentsThatDoubleBelowFieldsAreRefusedToo() throws {
        var text = "{ ...F0 } fragment F20 on Node { name }"
        for level in 0..<20 {
            text += " fragment F\(level) on Node { x: node { ...F\(level + 1) } y: node { ...F\(level + 1) } }"
        }
        let result = try examine(text)
        #expect(limitNames(result) == ["aliases", "selections"])
        #expect(result.steps < 1_000)
    }

    @Test func aChainOfFragmentsAsLongAsTheDocumentIsRefusedForItsNesting() throws {
        let length = 20_000
        let text =
            "{ ...F0 } " + (0..<length).map { "fragment F\($0) on Node { ...F\($0 + 1) }" }.joined(separator: " ")
            + " fragment F\(length) on Node { name }"
        let result = try examine(text)
        #expect(limitNames(result) == ["selections", "nesting"])
        #expect(
            result.errors.last?.message
                == "The operation nests fields and fragments deeper than the 200 levels that are allowed: \(length + 1 + 1)."
        )
    }

    @Test func aRingOfFragmentsAsLongAsTheDocumentIsOneCycle() throws {
        let length = 5_000
        let text =
            "{ ...F0 } "
            + (0..<length).map { "fragment F\($0) on Node { name ...F\(($0 + 1) % length) }" }.joined(separator: " ")
        let errors = try examine(text).errors
        #expect(errors.map(\.rule) == [FragmentSpreadsMustNotFormCycles.rule])
        #expect(errors.first?.message.hasSuffix("\"F8\" and 4991 more.") == true)
        #expect(errors.first?.ranges.count == 8)
    }

    @Test func denseCyclesStopAtTheMaximumOfErrors() throws {
        let names = (0..<100).map { "F\($0)" }
        let all = names.map { "...\($0)" }.joined(separator: " ")
        let result = try examine(
            "{ ...F0 } " + names.map { "fragment \($0) on Node { \(all) }" }.joined(separator: " "))
        #expect(result.errors.count == 101)
    }

    @Test(arguments: [100, 1_000, 10_000])
    func theSameFieldManyTimesTakesStepsInProportion(_ count: Int) throws {
        let result = try examine("{ node { " + String(repeating: "name ", count: count) + "} }")
        #expect(result.errors.isEmpty)
        #expect(result.steps < 8 * count + 100)
    }

    @Test(arguments: [10, 100, 1_000])
    func theSameFieldWithSelectionsManyTimesTakesStepsInProportion(_ count: Int) throws {
        let result = try examine("{ node { " + String(repeating: "node { name a { name } } ", count: count) + "} }")
        #expect(result.errors.isEmpty)
        #expect(result.steps < 40 * count + 100)
    }

    @Test(arguments: [10, 50, 100])
    func aliasesInFragmentsThatOverlapTakeStepsInProportion(_ count: Int) throws {
        let aliases = (0..<20).map { "x\($0): node { y: name }" }.joined(separator: " ")
        let fragments = (0..<count).map { "fragment F\($0) on Node { \(aliases) }" }.joined(separator: " ")
        let result = try examine(
            "{ node { " + (0..<count).map { "...F\($0)" }.joined(separator: " ") + " } } " + fragments,
            .init(aliases: .max))
        #expect(result.errors.isEmpty)
        // Each of count × 20 fields has one below it; each is met a few times in each of two
        // passes.
        #expect(result.steps < 20 * count * 20 + 200)
    }

    @Test func oneConflictAmongThousandsIsFound() throws {
        let many = String(repeating: "x: name ", count: 5_000)
        let errors = try examine("{ node { \(many) x: __typename } }", .init(aliases: .max)).errors
        #expect(errors.map(\.rule) == [FieldSelectionMerging.rule])
    }

    @Test func objectsUnderInterfacesThatMultiplyAreRefusedByTheWorkLimit() throws {
        // On each level the interface's selections meet those of either object, and go on with all
        // that came along before: each way down is another set.
        let levels = 20
        var text = "{ ...F0 } fragment F\(levels) on Node { name }"
        for level in 0..<levels {
            text +=
                " fragment F\(level) on Node { node { ...F\(level + 1) } ... on Left { node { ...\(branch("L", level, levels)) } } ... on Right { node { ...\(branch("R", level, levels)) } } }"
            for side in ["L", "R"] {
                let chain =
                    String(repeating: "node { ", count: levels - level - 1) + "name"
                    + String(repeating: " }", count: levels - level - 1)
                text += " fragment \(branch(side, level, levels)) on Node { \(chain) }"
            }
        }
        let result = try examine(text, .init(work: 20_000))
        #expect(
            result.errors.map(\.message) == [
                "This document takes more than 20000 steps to validate: use fewer operations, fragments and repeated fields."
            ])
        #expect(limitNames(result) == ["work"])
        #expect(result.steps < 21_000)
    }

    @Test(arguments: [10, 20, 40]) func objectsUnderInterfacesTakeStepsInProportion(_ levels: Int) throws {
        // On each level the interface's selections meet those of either object, without a fragment
        // that has a name; below both it is the same sets again.
        var text = "name"
        for _ in 0..<levels { text = "node { \(text) } ... on Left { node { name } } ... on Right { node { name } }" }
        let result = try examine("{ node { \(text) } }", .init(depth: 100))
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(result.steps < 80 * levels + 100)
    }

    private func branch(_ side: String, _ level: Int, _ levels: Int) -> String { "\(side)\(level)of\(levels)" }

    @Test func manyOperationsOverManyFragmentsAreRefusedByTheWorkLimit() throws {
        let fragments = (0..<1_000).map {
            "fragment F\($0) on Node { name \($0 < 999 ? "node { ...F\($0 + 1) }" : "") }"
        }.joined(separator: " ")
        let operations = (0..<1_000).map { "query Q\($0) { ...F0 }" }.joined(separator: " ")
        let result = try examine(operations + " " + fragments, .init(errors: 10_000))
        #expect(limitNames(result).contains("work"))
        #expect(result.steps < 510_000)
    }

    @Test(
        arguments: [
            ("{ node { node { node { name } } } }", ValidationLimits(depth: 4), []),
            ("{ node { node { node { name } } } }", ValidationLimits(depth: 3), ["depth"]),
            ("{ node { ...F } } fragment F on Node { node { ... { name } } }", ValidationLimits(depth: 3), []),
            ("{ node { ...F } } fragment F on Node { node { ... { name } } }", ValidationLimits(depth: 2), ["depth"]),
            ("{ __schema { types { fields { type { name } } } } }", ValidationLimits(depth: 1), []),
            (
                "{ __schema { types { fields { type { name } } } } }", ValidationLimits(introspectionDepth: 4),
                ["introspectionDepth"]
            ),
            ("{ node { __typename } }", ValidationLimits(depth: 1), []),
            ("{ __type(name: \"A\") { fields { type { fields { name } } } } }", ValidationLimits(), []),
            (
                "{ __type(name: \"A\") { fields { type { ...T } } } } fragment T on __Type { fields { type { possibleTypes { name } } } }",
                ValidationLimits(), ["introspectionLists"]
            ),
            (
                "{ a { name } b: a { name } ...F } fragment F on Query { c: a { name } }",
                ValidationLimits(rootFields: 3), []
            ),
            (
                "{ a { name } b: a { name } ...F } fragment F on Query { c: a { name } }",
                ValidationLimits(rootFields: 2), ["rootFields"]
            ),
            ("{ x: a { y: name } ...F } fragment F on Query { node { z: name } }", ValidationLimits(aliases: 3), []),
            (
                "{ x: a { y: name } ...F } fragment F on Query { node { z: name } }", ValidationLimits(aliases: 2),
                ["aliases"]
            ),
            ("{ a { name } node { name } }", ValidationLimits(selections: 4), []),
            ("{ a { name } node { name } }", ValidationLimits(selections: 3), ["selections"]),
            ("{ a { ... { ... { name } } } }", ValidationLimits(nesting: 4), []),
            ("{ a { ... { ... { name } } } }", ValidationLimits(nesting: 3), ["nesting"]),
        ] as [(String, ValidationLimits, [String])])
    func eachLimitIsReachedButNotExceeded(_ text: String, _ limits: ValidationLimits, _ names: [String]) throws {
        #expect(try examine(text, limits).errors.compactMap(\.limit?.rawValue) == names)
    }

    @Test func limitsHoldForEachOperationOfADocument() throws {
        let result = try examine("query A { node { name } } query B { node { node { name } } }", .init(depth: 2))
        #expect(
            result.errors.map(\.message) == [
                "Operation \"B\" nests fields deeper than the 2 levels that are allowed: 3."
            ])
    }
}
