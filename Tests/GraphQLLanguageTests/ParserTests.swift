import Diagnostics
import GraphQLLanguage
import TestDocuments
import Testing

@Suite struct ParserTests {
    private func document(_ text: String, allow: DocumentKind = .any) throws -> Document {
        try parse(SourceText(name: "", text), allow: allow)
    }

    @Test func executableKitchenSink() throws {
        let document = try document(KitchenSink.executable, allow: .executable)
        #expect(document.definitions.count == 7)
        guard case .operation(let query) = document.definitions[0], case .fragment(let head) = document.definitions[4],
            case .operation(let named) = document.definitions[5], case .operation(let short) = document.definitions[6]
        else {
            Issue.record("unexpected kinds of definitions")
            return
        }
        #expect(query.description?.value == "Finds what waits" && query.description?.isBlock == false)
        #expect(query.variables.map(\.name.value) == ["tenant", "states", "page", "ratio", "flag"])
        #expect(query.variables[0].description?.value == "whose")
        #expect(query.variables[1].directives.map(\.name.value) == ["cost"])
        #expect(query.directives.map(\.name.value) == ["audit", "live"])
        #expect(query.variables[3].defaultValue?.withoutRanges == .float("-1.5e-3", .none))
        guard case .object(let page, _)? = query.variables[2].defaultValue,
            case .object(let filter, _)? = page.last?.value
        else {
            Issue.record("expected an object")
            return
        }
        #expect(page.map(\.name.value) == ["first", "after", "where"])
        #expect(filter.first?.value.withoutRanges == .string(StringValue("a\"b😀😀A\n")))
        #expect(head.description?.value == "What a ticket's head shows.\n\n  With an indented line.")
        #expect(head.typeCondition.value == "Ticket")
        #expect(named.name?.value == "query" && short.name == nil && short.kind == .query)

        guard case .field(let tenant) = query.selectionSet.selections[0], let inner = tenant.selectionSet,
            case .field(let open) = inner.selections[1]
        else {
            Issue.record("expected fields")
            return
        }
        #expect(
            open.alias?.value == "open" && open.name.value == "tickets" && open.responseKey.value == "open"
                && tenant.responseKey.value == "tenant")
        #expect(
            open.arguments.last?.value.withoutRanges
                == .string(StringValue("Two lines,\n  the second indented, and \"\"\"quotes\"\"\".", isBlock: true)))
        #expect(open.selectionSet?.selections.count == 5)
    }

    @Test func typeSystemKitchenSink() throws {
        let document = try document(KitchenSink.typeSystem, allow: .typeSystem)
        #expect(document.definitions.count == 27)
        let types = document.definitions.compactMap { if case .typeSystem(.type(let type)) = $0 { type } else { nil } }
        #expect(
            types.map(\.name.value) == [
                "DateTime", "Ticket", "Empty", "Bare", "Node", "Dated", "Found", "Nothing", "State", "CommentFilter",
            ])
        guard case .object(let interfaces, let fields) = types[1].kind, case .enum(let values) = types[8].kind,
            case .union(let members) = types[6].kind
        else {
            Issue.record("unexpected kinds of types")
            return
        }
        #expect(types[1].description?.value == "What people report." && types[1].description?.isBlock == true)
        #expect(interfaces.map(\.value) == ["Node", "Dated"])
        #expect(fields.map(\.name.value) == ["id", "number", "comments", "matrix", "type"])
        #expect(
            fields[2].arguments.map(\.name.value) == ["first", "where"] && fields[2].arguments[0].directives.count == 1)
        #expect(fields[3].type.withoutRanges == .list(.list(.nonNull(.named(Name("Float")), .none), .none), .none))
        #expect(
            values.map(\.name.value) == ["OPEN", "WAITING", "on", "type", "CLOSED"]
                && values[0].description?.value == "Waits for somebody.")
        #expect(members.map(\.value) == ["Ticket", "User"])
        let directives = document.definitions.compactMap {
            if case .typeSystem(.directive(let directive)) = $0 { directive } else { nil }
        }
        #expect(directives.map(\.isRepeatable) == [true, false, false])
        #expect(directives.map(\.locations.count) == [2, 2, 19])
    }

    /// Every range covers exactly the text of its node.
    @Test func ranges() throws {
        let text = "query Q($a: [Int!]! = [1] @d) @e { x: f(b: {c: $a}) ...F @g ... on T { y } } fragment F on T { z }"
        let bytes = Array(text.utf8)
        func spelled(_ range: SourceRange) -> String {
            String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
        }
        let document = try document(text)
        guard case .operation(let query) = document.definitions[0],
            case .fragment(let fragment) = document.definitions[1]
        else {
            Issue.record("unexpected kinds of definitions")
            return
        }
        #expect(spelled(query.range) == "query Q($a: [Int!]! = [1] @d) @e { x: f(b: {c: $a}) ...F @g ... on T { y } }")
        #expect(spelled(query.variables[0].range) == "$a: [Int!]! = [1] @d")
        #expect(spelled(query.variables[0].name.range) == "$a")
        #expect(spelled(query.variables[0].type.range) == "[Int!]!")
        #expect(query.variables[0].type.namedType.value == "Int")
        #expect(query.variables[0].defaultValue.map { spelled($0.range) } == "[1]")
        #expect(spelled(query.directives[0].range) == "@e")
        guard case .field(let field) = query.selectionSet.selections[0],
            case .fragmentSpread(let spread) = query.selectionSet.selections[1],
            case .inlineFragment(let inline) = query.selectionSet.selections[2]
        else {
            Issue.record("unexpected kinds of selections")
            return
        }
        #expect(spelled(field.range) == "x: f(b: {c: $a})" && spelled(field.name.range) == "f")
        #expect(
            spelled(field.arguments[0].range) == "b: {c: $a}" && spelled(field.arguments[0].value.range) == "{c: $a}")
        #expect(spelled(spread.range) == "...F @g" && spelled(inline.range) == "... on T { y }")
        #expect(spelled(inline.selectionSet.range) == "{ y }")
        #expect(spelled(fragment.range) == "fragment F on T { z }")
    }

    @Test func valuesAndTypesAlone() throws {
        #expect(
            try parseValue(" [1, {a: B}] # end").withoutRanges
                == .list(
                    [.int("1", .none), .object([ObjectField(name: Name("a"), value: .enumValue(Name("B")))], .none)],
                    .none))
        #expect(try parseValue("$x", allowVariables: true).withoutRanges == .variable(Name("x")))
        #expect(
            try parseType("[A!]!").withoutRanges == .nonNull(.list(.nonNull(.named(Name("A")), .none), .none), .none))
        #expect(throws: SyntaxError("Expected a constant value, found the variable \"$x\".", range: SourceRange(0, 2)))
        { try parseValue("$x") }
        #expect(throws: SyntaxError("Expected the end of the text, found \"2\".", range: SourceRange(2, 3))) {
            try parseValue("1 2")
        }
        #expect(throws: SyntaxError("Expected the end of the text, found \"!\".", range: SourceRange(2, 3))) {
            try parseType("A!!")
        }
        #expect(throws: SyntaxError("Expected a type, found the end of the text.", range: SourceRange(0, 0))) {
            try parseType("")
        }
    }

    @Test func bytesAndTextAreTheSame() throws {
        #expect(
            try parse(bytes: Array(KitchenSink.executable.utf8), name: "a", allow: .executable)
                == document(KitchenSink.executable))
    }

    @Test(arguments: [
        ("{ a }", DocumentKind.typeSystem, "Expected a definition of the type system, found an operation or fragment."),
        ("query { a }", .typeSystem, "Expected a definition of the type system, found an operation or fragment."),
        (
            "fragment F on T { a }", .typeSystem,
            "Expected a definition of the type system, found an operation or fragment."
        ),
        ("type A", .executable, "Expected an operation or fragment, found a definition of the type system."),
        (
            "\"d\" directive @a on FIELD", .executable,
            "Expected an operation or fragment, found a definition of the type system."
        ),
        ("extend type A @b", .executable, "Expected an operation or fragment, found a definition of the type system."),
        ("x", .executable, "Expected an operation or fragment, found \"x\"."),
        ("x", .typeSystem, "Expected a definition of the type system, found \"x\"."),
    ])
    func onlyTheAllowedKinds(_ text: String, _ allowed: DocumentKind, _ message: String) throws {
        let error = #expect(throws: SyntaxError.self) { try document(text, allow: allowed) }
        #expect(error?.message == message)
    }
}
