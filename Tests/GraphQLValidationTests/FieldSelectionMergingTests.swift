import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import Testing

@testable import GraphQLValidation

/// The verdicts of ``FieldSelectionMerging`` against the specification's own algorithm, which
/// compares each pair, on documents at random.
@Suite struct FieldSelectionMergingTests {
    private static let schema = Fixture.build(
        """
        schema { query: Query }
        interface I { i: I l: Left r: Right x(n: Int): Int y: Int z: String many: [I] }
        union U = Left | Right | Query
        type Query implements I { i: I l: Left r: Right x(n: Int): Int y: Int z: String many: [I] u: U }
        type Left implements I { i: I l: Left r: Right x(n: Int): Int y: Int z: String many: [I] own: I }
        type Right implements I { i: I l: Left r: Right x(n: Int): Int y: Int! z: String many: [I] own: Right }
        """)

    @Test(arguments: 0..<40)
    func verdictsAreThoseOfTheSpecification(_ seed: Int) throws {
        var random = Generator(seed: UInt64(seed) &* 7_919 &+ 1)
        var conflicts = 0
        for _ in 0..<25 {
            let text = random.document()
            let source = SourceText(name: "", text)
            let document = try parse(source)
            let errors = Validator(schema: Self.schema).validate(document, source: source)
            let others = errors.filter { $0.rule != FieldSelectionMerging.rule }
            #expect(others.isEmpty, "\(text)")
            let expected = Pairwise(document, Self.schema).canMergeAll()
            #expect(errors.isEmpty == expected, "\(text)")
            conflicts += expected ? 0 : 1
        }
        #expect((1..<25).contains(conflicts))
    }
}

/// Documents that are valid but for the merging of their fields.
private struct Generator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    mutating func document() -> String {
        "{ \(selections(on: "Query", depth: 3)) ...F ...G } fragment F on I { \(selections(on: "I", depth: 2)) ...G } fragment G on Query { \(selections(on: "Query", depth: 2)) }"
    }

    private mutating func selections(on type: String, depth: Int) -> String {
        (0..<(1 + below(3))).map { _ in selection(on: type, depth: depth) }.joined(separator: " ")
    }

    private mutating func selection(on type: String, depth: Int) -> String {
        if depth > 0, below(4) == 0 {
            let inner = pick(type == "U" || type == "I" ? ["Left", "Right", "I"] : [type, "I"])
            return "... on \(inner) { \(selections(on: inner, depth: depth - 1)) }"
        }
        if type == "U" { return "__typename" }
        if depth == 0 || below(3) == 0 {
            let alias = pick(["", "", "", "k: "])
            return alias + (alias.isEmpty ? pick(["x", "x(n: 1)", "y", "z"]) : pick(["x", "y", "y"]))
        }
        let (name, target) = pick([("i", "I"), ("i", "I"), ("l", "Left"), ("r", "Right"), ("many", "I")])
        let alias = name == "many" ? "" : pick(["", "", "", "", "", "p: "])
        return "\(alias)\(name) { \(selections(on: target, depth: depth - 1)) }"
    }
}

/// FieldsInSetCanMerge and SameResponseShape as section 5.3.2 words them.
private struct Pairwise {
    private struct Member {
        let field: Field
        let parent: NamedType
        let type: WrappedType
    }

    private let schema: Schema
    private let operations: [OperationDefinition]
    private var fragments: [String: FragmentDefinition] = [:]

    init(_ document: Document, _ schema: Schema) {
        self.schema = schema
        var operations: [OperationDefinition] = []
        for definition in document.definitions {
            if case .operation(let operation) = definition { operations.append(operation) }
            if case .fragment(let fragment) = definition { fragments[fragment.name.value] = fragment }
        }
        self.operations = operations
    }

    func canMergeAll() -> Bool {
        operations.allSatisfy { canMerge(members([($0.selectionSet, .object(schema.queryType))])) }
    }

    private func canMerge(_ set: [Member]) -> Bool {
        for (index, a) in set.enumerated() {
            // A field alone stands for «any selection set defined in the document».
            if !canMerge(children(a)) { return false }
            for b in set[(index + 1)...] where a.field.responseKey.value == b.field.responseKey.value {
                guard sameShape(a, b) else { return false }
                if a.parent.name == b.parent.name || !isObject(a.parent) || !isObject(b.parent) {
                    guard a.field.name.value == b.field.name.value, arguments(a) == arguments(b),
                        canMerge(children(a) + children(b))
                    else { return false }
                }
            }
        }
        return true
    }

    private func sameShape(_ a: Member, _ b: Member) -> Bool {
        guard wrapping(a.type) == wrapping(b.type) else { return false }
        if schema.type(a.type.name)?.isLeaf == true || schema.type(b.type.name)?.isLeaf == true {
            return a.type.name == b.type.name
        }
        let merged = children(a) + children(b)
        for (index, x) in merged.enumerated() {
            for y in merged[(index + 1)...]
            where x.field.responseKey.value == y.field.responseKey.value && !sameShape(x, y) { return false }
        }
        return true
    }

    /// Such as `[_]!`.
    private func wrapping(_ type: WrappedType) -> String {
        switch type {
        case .named: "_"
        case .list(let inner): "[\(wrapping(inner))]"
        case .nonNull(let inner): "\(wrapping(inner))!"
        }
    }

    private func arguments(_ member: Member) -> [String] {
        member.field.arguments.map { argument in
            if case .int(let number, _) = argument.value {
                "\(argument.name.value): \(number)"
            } else {
                "\(argument.name.value)"
            }
        }
    }

    private func isObject(_ type: NamedType) -> Bool { if case .object = type { true } else { false } }

    private func children(_ member: Member) -> [Member] {
        guard let set = member.field.selectionSet, let type = schema.type(member.type.name) else { return [] }
        return members([(set, type)])
    }

    private func members(_ sets: [(SelectionSet, NamedType)]) -> [Member] {
        sets.flatMap { set, parent in
            set.selections.flatMap { selection -> [Member] in
                switch selection {
                case .field(let field):
                    schema.field(field.name.value, of: parent).map {
                        [Member(field: field, parent: parent, type: $0.type)]
                    } ?? []
                case .fragmentSpread(let spread):
                    fragments[spread.name.value].map { inner($0.selectionSet, on: $0.typeCondition.value) } ?? []
                case .inlineFragment(let fragment):
                    fragment.typeCondition.map { inner(fragment.selectionSet, on: $0.value) }
                        ?? members([(fragment.selectionSet, parent)])
                }
            }
        }
    }

    private func inner(_ set: SelectionSet, on type: String) -> [Member] {
        schema.type(type).map { members([(set, $0)]) } ?? []
    }
}
