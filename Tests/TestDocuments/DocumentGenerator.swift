import GraphQLSchema
import TestRandom

/// A document as a list of tokens, so that it can be spelled in many ways and broken token by
/// token.
public struct GeneratedDocument: Sendable {
    public var tokens: [String]
    /// What was broken on purpose; `nil` when nothing was.
    public var fault: Fault?
}

/// Makes documents by the grammar over one schema: valid ones, ones with one fault planted where it
/// fits, and careless ones that may be either.
///
/// It works on tokens and knows the rules by itself; nothing of the parser or the validation is
/// used.
public struct DocumentGenerator {
    let schema: Schema
    let types: TypeFacts
    let fault: Fault?
    /// How often, in percent, a choice is made without heed to the rules.
    let carelessness: Int
    var random: SeededGenerator
    var isPlanted = false
    /// Fields that may still be selected before only leaves are.
    var fieldsLeft: Int

    var fragments: [Fragment] = []
    var variables: [Variable] = []
    /// What each response name stands for, in the whole document: two fields of one name are always
    /// the same field.
    var meanings: [String: String] = [:]
    /// Definitions that belong to no operation.
    var extras: [[String]] = []
    var scope = Scope()
    private var names = 0

    /// What one operation or fragment holds itself.
    struct Scope {
        var variables: Set<Int> = []
        var fragments: Set<Int> = []
    }

    struct Fragment {
        let name: String
        let type: String
        var isOpen = true
        var scope = Scope()
        var tokens: [String] = []
    }

    struct Variable {
        let name: String
        var type: WrappedType
        var defaultValue: [String]?
    }

    /// The same for the same seed.
    public static func document(
        _ types: TypeFacts, seed: UInt64, fault: Fault? = nil, carelessness: Int = 0, fields: Int = 8
    ) -> GeneratedDocument {
        // Not every document has a place for every fault: a few are tried.
        for attempt in 0..<40 {
            var generator = DocumentGenerator(
                types, seed: seed &* 41 &+ UInt64(attempt), fault: fault, carelessness: carelessness, fields: fields)
            let tokens = generator.document()
            if fault == nil || generator.isPlanted { return GeneratedDocument(tokens: tokens, fault: fault) }
        }
        return GeneratedDocument(tokens: ["{", "__typename", "}"], fault: nil)
    }

    private init(_ types: TypeFacts, seed: UInt64, fault: Fault?, carelessness: Int, fields: Int) {
        schema = types.schema
        self.types = types
        self.fault = fault
        self.carelessness = carelessness
        random = SeededGenerator(seed: seed)
        fieldsLeft = fields
    }

    // MARK: Choices

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }
    mutating func slips() -> Bool { carelessness > 0 && chance(carelessness) }

    /// True once, where the fault that is asked for fits.
    mutating func plants(_ candidate: Fault) -> Bool {
        guard fault == candidate, !isPlanted, chance(60) else { return false }
        isPlanted = true
        return true
    }

    /// A name that was not given before; now and then one that looks like a keyword.
    mutating func freshName(_ prefix: String) -> String {
        names += 1
        let odd = ["query", "fragment", "type", "null", "true", "_", "mutation", "input", "on", "implements"]
        if prefix != "F", names <= odd.count, chance(10) { return "\(odd[names - 1])" }
        return "\(prefix)\(names)"
    }

    // MARK: The document

    private struct Operation {
        var kind: OperationKeyword
        var name: String?
        var set: [String]
        var scope: Scope
    }

    private mutating func document() -> [String] {
        if let kind = types.missingRoots.randomElement(using: &random), plants(.missingRootType) {
            return [kind.rawValue, "{", "__typename", "}"]
        }
        var operations: [Operation] = []
        let needsSeveral =
            fault.map { [.repeatedOperationName, .anonymousAmongOthers, .variableOfAnotherOperation].contains($0) }
            ?? false
        let count = needsSeveral || chance(20) ? 2 : 1
        for _ in 0..<count { operations.append(operation(isAlone: count == 1)) }
        if operations.count > 1 {
            if plants(.repeatedOperationName) || slips() { operations[1].name = operations[0].name }
            if plants(.anonymousAmongOthers) || slips() { operations[below(2)].name = nil }
        }
        breakFragments()
        var definitions = operations.indices.map { text(operations[$0], others: operations) }
        definitions += fragments.indices.map { definition(of: $0) } + extras
        if chance(30) { definitions.shuffle(using: &random) }
        return definitions.flatMap { $0 }
    }

    private mutating func operation(isAlone: Bool) -> Operation {
        scope = Scope()
        var kind = types.roots.randomElement(using: &random) ?? .query
        if let fault,
            [.severalSubscriptionFields, .conditionalSubscriptionField, .introspectionSubscriptionField].contains(
                fault), types.roots.contains(.subscription)
        {
            kind = .subscription
        } else if chance(50) {
            kind = .query
        }
        let root = types.root(kind)
        let set = selectionSet(on: root, depth: 0, isSubscription: kind == .subscription)
        let name = isAlone && chance(40) ? nil : freshName("Q")
        return Operation(kind: kind, name: name, set: set, scope: scope)
    }

    private mutating func text(_ operation: Operation, others: [Operation]) -> [String] {
        scope = operation.scope
        let directives = directives(on: operation.kind.location, isConst: false)
        var used = reach(scope)
        let needed = used
        if !needed.isEmpty, plants(.undefinedVariable) || plants(.variableOfAnotherOperation) || slips() {
            used.remove(needed[needed.index(needed.startIndex, offsetBy: below(needed.count))])
        }
        var definitions = used.sorted().map { definition(of: variables[$0]) }
        if plants(.unusedVariable) || slips() {
            definitions.append(["$", freshName("v"), ":", one(of: types.inputNames)])
        }
        if !definitions.isEmpty, plants(.repeatedVariable) { definitions.append(one(of: definitions)) }
        definitions.shuffle(using: &random)
        let isShort =
            operation.kind == .query && operation.name == nil && definitions.isEmpty && directives.isEmpty && chance(60)
        if isShort { return operation.set }
        var tokens = description() + [operation.kind.rawValue]
        if let name = operation.name { tokens.append(name) }
        if !definitions.isEmpty { tokens += ["("] + definitions.flatMap { $0 } + [")"] }
        return tokens + directives + operation.set
    }

    /// The variables that an operation reaches.
    private func reach(_ scope: Scope) -> Set<Int> {
        var found = scope.variables, visited: Set<Int> = [], waiting = Array(scope.fragments)
        while let fragment = waiting.popLast() {
            guard visited.insert(fragment).inserted else { continue }
            found.formUnion(fragments[fragment].scope.variables)
            waiting += fragments[fragment].scope.fragments
        }
        return found
    }

    private mutating func definition(of variable: Variable) -> [String] {
        var type = Tokens.type(variable.type)
        if plants(.variableOfOutputType) { type = [one(of: types.compositeNames)] }
        if plants(.variableOfUnknownType) { type = ["Nothing"] }
        if plants(.variableOfAnotherType) || slips() {
            type = [one(of: types.inputNames.filter { $0 != variable.type.name })]
        }
        var tokens = description(percent: 5) + ["$", variable.name, ":"] + type
        if let value = variable.defaultValue { tokens += ["="] + value }
        return tokens + directives(on: "VARIABLE_DEFINITION", isConst: true)
    }

    private func definition(of fragment: Int) -> [String] { fragments[fragment].tokens }

    mutating func description(percent: Int = 8) -> [String] {
        guard chance(percent) else { return [] }
        return [
            one(of: [
                "\"What it does.\"", "\"\"", "\"\"\"\n  Several\n    lines.\n\"\"\"", "\"\\u{1F600} \\\"quoted\\\"\"",
            ])
        ]
    }

    /// Faults that concern definitions as a whole.
    private mutating func breakFragments() {
        let type = one(of: types.compositeNames)
        if plants(.unusedFragment) || slips() {
            extras.append(["fragment", freshName("F"), "on", type, "{", "__typename", "}"])
        }
        if plants(.fragmentsThatUseOnlyEachOther) {
            extras.append(["fragment", "Lost", "on", type, "{", "...", "Found", "}"])
            extras.append(["fragment", "Found", "on", type, "{", "__typename", "}"])
        }
        if !fragments.isEmpty, plants(.repeatedFragmentName) || slips() { extras.append(one(of: fragments).tokens) }
        if plants(.typeSystemDefinition) {
            extras.append(
                one(of: [
                    ["scalar", "New"], ["type", "New", "{", "id", ":", "ID", "}"], ["enum", "New", "{", "A", "}"],
                    ["directive", "@", "new", "on", "FIELD"],
                ]))
        }
        if plants(.typeExtension) {
            extras.append(
                one(of: [
                    ["extend", "type", "Query", "{", "more", ":", "Int", "}"], ["extend", "schema", "@", "new"],
                    ["extend", "scalar", "Int", "@", "new"],
                ]))
        }
    }
}

enum OperationKeyword: String, CaseIterable, Sendable {
    case query, mutation, subscription

    var location: String { rawValue.uppercased() }
}

enum Tokens {
    static func type(_ type: WrappedType) -> [String] {
        switch type {
        case .named(let name): [name]
        case .list(let item): ["["] + Self.type(item) + ["]"]
        case .nonNull(let inner): Self.type(inner) + ["!"]
        }
    }
}
