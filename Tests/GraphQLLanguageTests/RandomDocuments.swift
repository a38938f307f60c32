@testable import GraphQLLanguage
import TestRandom

/// Builds random documents that the grammar allows, with nodes of all kinds, odd strings and no
/// ranges.
struct RandomDocuments {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func document() -> Document { Document(definitions: some(1...4) { $0.definition() }) }

    // MARK: Choices

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    private mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

    private mutating func some<Node>(_ counts: ClosedRange<Int>, _ make: (inout Self) -> Node) -> [Node] {
        (0..<Int.random(in: counts, using: &random)).map { _ in make(&self) }
    }

    private mutating func maybe<Node>(_ percent: Int = 40, _ make: (inout Self) -> Node) -> Node? {
        chance(percent) ? make(&self) : nil
    }

    // MARK: Leaves

    private mutating func name(except excluded: Set<String> = []) -> Name {
        while true {
            let plain = [
                "a", "id", "Ticket", "_", "__typename", "query", "fragment", "type", "on", "true", "null", "extend",
                "repeatable", "implements", "aVeryLongNameThatMakesLinesLong",
            ]
            let name = chance(80) ? one(of: plain) : "n\(below(1_000_000))"
            if !excluded.contains(name) { return Name(name) }
        }
    }

    private mutating func text() -> String {
        let pieces = [
            "a", "word", " ", "  ", "\t", "\n", "\n\n", "\r", "\r\n", "\"", "\"\"", "\"\"\"", "\\", "\\\"\"\"", "\\n",
            "#", "é", "😀", "\u{FEFF}", "\u{0}", "\u{1B}", "\u{7F}", "\u{85}",
            "\u{2028}", "\u{10FFFF}", "{", "\n  x", "\n x", "a rather long piece of text that fills a line",
        ]
        return (0..<below(8)).map { _ in one(of: pieces) }.joined()
    }

    private mutating func string() -> StringValue {
        let text = text()
        return StringValue(text, isBlock: chance(50) && Self.fitsBlock(text))
    }

    /// Whether the reader of block strings can give this text: neither a CR nor blank lines at its
    /// ends, and not several lines all of them indented.
    private static func fitsBlock(_ text: String) -> Bool {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
        let scalars = Array(text.unicodeScalars)
        if scalars.isEmpty { return true }
        if scalars.contains("\r") { return false }
        let lines = scalars.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.first?.allSatisfy(isSpace) ?? true || lines.last?.allSatisfy(isSpace) ?? true { return false }
        return lines.count == 1 || lines.contains { line in line.first.map { !isSpace($0) } ?? false }
    }

    private mutating func value(isConst: Bool, depth: Int = 0) -> Value {
        switch below(depth > 3 ? 7 : 9) {
        case 0: .int(one(of: ["0", "-0", "1", "-17", "123456789012345678901234567890"]), .none)
        case 1: .float(one(of: ["0.0", "-1.5", "1e10", "1.25E-3", "2e+7"]), .none)
        case 2, 3: .string(string())
        case 4: .boolean(chance(50), .none)
        case 5: chance(50) ? .null(.none) : .enumValue(name(except: ["true", "false", "null"]))
        case 6: isConst ? .null(.none) : .variable(name())
        case 7: .list(some(0...3) { $0.value(isConst: isConst, depth: depth + 1) }, .none)
        default:
            .object(
                some(0...3) { ObjectField(name: $0.name(), value: $0.value(isConst: isConst, depth: depth + 1)) }, .none
            )
        }
    }

    private mutating func type(depth: Int = 0) -> TypeReference {
        let inner: TypeReference = depth < 3 && chance(30) ? .list(type(depth: depth + 1), .none) : .named(name())
        return chance(40) ? .nonNull(inner, .none) : inner
    }

    private mutating func arguments(isConst: Bool) -> [Argument] {
        chance(50) ? [] : some(1...4) { Argument(name: $0.name(), value: $0.value(isConst: isConst)) }
    }

    private mutating func directives(isConst: Bool) -> [Directive] {
        chance(70) ? [] : some(1...2) { Directive(name: $0.name(), arguments: $0.arguments(isConst: isConst)) }
    }

    // MARK: Definitions

    private mutating func definition() -> Definition {
        switch below(8) {
        case 0, 1: .operation(operation())
        case 2:
            .fragment(
                FragmentDefinition(
                    description: maybe { $0.string() }, name: name(except: ["on"]), typeCondition: name(),
                    directives: directives(isConst: false), selectionSet: selectionSet(0)))
        case 3:
            .typeSystem(
                .schema(
                    SchemaDefinition(
                        description: maybe { $0.string() }, directives: directives(isConst: true),
                        operationTypes: operationTypes())))
        case 4, 5: .typeSystem(.type(typeDefinition(description: maybe { $0.string() })))
        case 6: .typeSystem(.directive(directiveDefinition()))
        default: .typeSystemExtension(typeSystemExtension())
        }
    }

    private mutating func operation() -> OperationDefinition {
        OperationDefinition(
            description: maybe { $0.string() }, kind: one(of: OperationKind.allCases), name: maybe(60) { $0.name() },
            variables: chance(50)
                ? []
                : some(1...4) {
                    VariableDefinition(
                        description: $0.maybe(20) { $0.string() }, name: $0.name(), type: $0.type(),
                        defaultValue: $0.maybe { $0.value(isConst: true) },
                        directives: $0.directives(isConst: true))
                },
            directives: directives(isConst: false), selectionSet: selectionSet(0))
    }

    private mutating func selectionSet(_ depth: Int) -> SelectionSet {
        SelectionSet(some(1...4) { $0.selection(depth) })
    }

    private mutating func selection(_ depth: Int) -> Selection {
        switch below(6) {
        case 0: .fragmentSpread(FragmentSpread(name: name(except: ["on"]), directives: directives(isConst: false)))
        case 1 where depth < 4:
            .inlineFragment(
                InlineFragment(
                    typeCondition: maybe(50) { $0.name() }, directives: directives(isConst: false),
                    selectionSet: selectionSet(depth + 1)))
        default:
            .field(
                Field(
                    alias: maybe(20) { $0.name() }, name: name(), arguments: arguments(isConst: false),
                    directives: directives(isConst: false),
                    selectionSet: depth < 4 ? maybe(30) { $0.selectionSet(depth + 1) } : nil))
        }
    }

    private mutating func operationTypes() -> [OperationTypeDefinition] {
        some(1...3) { OperationTypeDefinition(kind: $0.one(of: OperationKind.allCases), type: $0.name()) }
    }

    private mutating func inputValues(_ counts: ClosedRange<Int>) -> [InputValueDefinition] {
        some(counts) {
            InputValueDefinition(
                description: $0.maybe(20) { $0.string() }, name: $0.name(), type: $0.type(),
                defaultValue: $0.maybe { $0.value(isConst: true) },
                directives: $0.directives(isConst: true))
        }
    }

    private mutating func typeDefinition(description: StringValue?) -> TypeDefinition {
        let kind: TypeDefinition.Kind =
            switch below(6) {
            case 0: .scalar
            case 1: .object(interfaces: some(0...3) { $0.name() }, fields: fields())
            case 2: .interface(interfaces: some(0...3) { $0.name() }, fields: fields())
            case 3: .union(members: some(0...6) { $0.name() })
            case 4:
                .enum(
                    values: some(0...4) {
                        EnumValueDefinition(
                            description: $0.maybe { $0.string() }, name: $0.name(except: ["true", "false", "null"]),
                            directives: $0.directives(isConst: true))
                    })
            default: .inputObject(fields: inputValues(0...3))
            }
        return TypeDefinition(description: description, name: name(), directives: directives(isConst: true), kind: kind)
    }

    private mutating func fields() -> [FieldDefinition] {
        some(0...3) {
            FieldDefinition(
                description: $0.maybe { $0.string() }, name: $0.name(), arguments: $0.inputValues(0...3),
                type: $0.type(), directives: $0.directives(isConst: true))
        }
    }

    private mutating func directiveDefinition() -> DirectiveDefinition {
        let locations = [
            "QUERY", "FIELD", "FRAGMENT_DEFINITION", "VARIABLE_DEFINITION", "SCHEMA", "INPUT_FIELD_DEFINITION",
            "ARGUMENT_DEFINITION",
        ]
        return DirectiveDefinition(
            description: maybe { $0.string() }, name: name(), arguments: inputValues(0...3), isRepeatable: chance(30),
            locations: some(1...6) { Name($0.one(of: locations)) })
    }

    private mutating func typeSystemExtension() -> TypeSystemExtension {
        let added = [Directive(name: name())]
        if chance(30) {
            return .schema(SchemaDefinition(directives: added, operationTypes: chance(50) ? [] : operationTypes()))
        }
        var type = typeDefinition(description: nil)
        type.directives += added
        return .type(type)
    }
}
