import Diagnostics
@testable import GraphQLLanguage
import TestDocuments
import Testing

@Suite struct PrinterTests {
    private func printed(_ text: String) throws -> String {
        DocumentPrinter.print(try parse(SourceText(name: "", text)))
    }

    @Test func operations() throws {
        #expect(
            try printed(
                #"query  Q($a:Int=1@d,$b:[S!]!)@e{x:f(a:1,b:$b)@g{y} ...F@h ...on T{z} ...@i{w}} query{a} query@x{a} query($a:I){a} mutation M{b}"#
            ) == """
                query Q($a: Int = 1 @d, $b: [S!]!) @e {
                  x: f(a: 1, b: $b) @g {
                    y
                  }
                  ...F @h
                  ... on T {
                    z
                  }
                  ... @i {
                    w
                  }
                }

                {
                  a
                }

                query @x {
                  a
                }

                query ($a: I) {
                  a
                }

                mutation M {
                  b
                }

                """)
    }

    /// After a type without fields a bare `{` would be read as its fields.
    @Test func theShortFormIsAvoidedAfterTypes() throws {
        #expect(try printed("{a} type A query{b} {c}") == "{\n  a\n}\n\ntype A\n\nquery {\n  b\n}\n\n{\n  c\n}\n")
    }

    @Test func longListsAreBroken() throws {
        #expect(
            try printed(
                "query Q($first: Int = 100000, $after: String = \"0123456789\", $states: [State!]! = []) { tickets(first: $first, after: $after, states: $states, note: \"0123456789\", more: 0) { id(a: 1) @d(a: 1) } }"
            ) == """
                query Q(
                  $first: Int = 100000
                  $after: String = "0123456789"
                  $states: [State!]! = []
                ) {
                  tickets(
                    first: $first
                    after: $after
                    states: $states
                    note: "0123456789"
                    more: 0
                  ) {
                    id(a: 1) @d(a: 1)
                  }
                }

                """)
    }

    @Test(arguments: [(72, false), (73, true)])
    func theWidthIsExact(_ length: Int, _ isBroken: Bool) throws {
        let name = String(repeating: "a", count: length)
        #expect(try printed("{f(\(name):1)}").contains("(\n") == isBroken)
    }

    @Test func descriptions() throws {
        #expect(
            try printed(#""A \"q\"" query Q("b" $b: I, $c: I) { a } """F""" fragment F on T { a }"#) == #"""
                "A \"q\""
                query Q(
                  "b"
                  $b: I
                  $c: I
                ) {
                  a
                }

                """F"""
                fragment F on T {
                  a
                }

                """#)
    }

    @Test func typeSystem() throws {
        #expect(
            try printed(
                #"""
                "s" schema @a { query: Q mutation: M } extend schema @b extend schema { subscription: S }
                scalar D @c  extend scalar D @d
                """t""" type T implements A&B @e { "f" f(a: Int = 1 @x, b: [Int]): T! @g   h("i" i: Int): T } type E extend type E implements A extend type E @x { f: T }
                interface I implements A { f: T }
                union U = A|B  union V @z  extend union U=C
                enum N @y { "a" A B @w }  extend enum N { C }
                input P { a: Int = 1 @v "b" b: [P!] = {} } extend input P @u
                directive @d(a: Int = 1) repeatable on FIELD|QUERY   directive @e on FIELD
                """#) == #"""
                    "s"
                    schema @a {
                      query: Q
                      mutation: M
                    }

                    extend schema @b

                    extend schema {
                      subscription: S
                    }

                    scalar D @c

                    extend scalar D @d

                    """t"""
                    type T implements A & B @e {
                      "f"
                      f(a: Int = 1 @x, b: [Int]): T! @g
                      h(
                        "i"
                        i: Int
                      ): T
                    }

                    type E

                    extend type E implements A

                    extend type E @x {
                      f: T
                    }

                    interface I implements A {
                      f: T
                    }

                    union U = A | B

                    union V @z

                    extend union U = C

                    enum N @y {
                      "a"
                      A
                      B @w
                    }

                    extend enum N {
                      C
                    }

                    input P {
                      a: Int = 1 @v
                      "b"
                      b: [P!] = {}
                    }

                    extend input P @u

                    directive @d(a: Int = 1) repeatable on FIELD | QUERY

                    directive @e on FIELD

                    """#)
    }

    @Test func longAlternativesAreBroken() throws {
        let members = (0..<12).map { "Member\($0)" }
        #expect(
            try printed("union U = " + members.joined(separator: "|")) == "union U =\n"
                + members.map { "  | \($0)\n" }.joined())
        #expect(
            try printed(
                "directive @d on QUERY | MUTATION | SUBSCRIPTION | FRAGMENT_DEFINITION | INPUT_FIELD_DEFINITION") == """
                    directive @d on
                      | QUERY
                      | MUTATION
                      | SUBSCRIPTION
                      | FRAGMENT_DEFINITION
                      | INPUT_FIELD_DEFINITION

                    """)
    }

    @Test(arguments: [
        (
            Value.string(StringValue("a\"b\\\n\r\t\u{8}\u{C}\u{0}\u{1F}\u{7F}é😀/")),
            #""a\"b\\\n\r\t\b\f\u0000\u001F\u007Fé😀/""#
        ),
        (.string(StringValue("", isBlock: true)), #""""""""#),
        (.string(StringValue("plain", isBlock: true)), #""""plain""""#),
        (.string(StringValue("  indented", isBlock: true)), #""""  indented""""#),
        (.string(StringValue("a\n  b\n\nc", isBlock: true)), "\"\"\"\na\n  b\n\nc\n\"\"\""),
        (.string(StringValue("ends with \"", isBlock: true)), "\"\"\"\nends with \"\n\"\"\""),
        (.string(StringValue("ends with \\", isBlock: true)), "\"\"\"\nends with \\\n\"\"\""),
        (.string(StringValue("  indented \"", isBlock: true)), "\"\"\"  indented \"\n\"\"\""),
        (.string(StringValue("a \"\"\" b \"\"\"\"\" c", isBlock: true)), #""""a \""" b \""""" c""""#),
        (.string(StringValue("\nblank before", isBlock: true)), #""\nblank before""#),
        (.string(StringValue("blank after\n ", isBlock: true)), #""blank after\n ""#),
        (.string(StringValue("a\rb", isBlock: true)), #""a\rb""#),
        (.string(StringValue("  all\n  indented", isBlock: true)), #""  all\n  indented""#),
        (
            .list(
                [
                    .int("1", .none), .float("-1.50e3", .none), .null(.none), .boolean(true, .none),
                    .enumValue(Name("A")), .variable(Name("v")),
                ], .none), "[1, -1.50e3, null, true, A, $v]"
        ),
        (
            .object(
                [
                    ObjectField(name: Name("a"), value: .object([], .none)),
                    ObjectField(name: Name("b"), value: .list([], .none)),
                ], .none), "{a: {}, b: []}"
        ),
    ])
    func values(_ value: Value, _ expected: String) {
        #expect(DocumentPrinter.print(value) == expected)
    }

    @Test func blockStringsAreIndentedWithTheirPlace() throws {
        #expect(
            try printed("type T { \"\"\"a\n b\n\n  c\"\"\" f(x: S = \"\"\"d\ne\"\"\"): T }") == #"""
                type T {
                  """
                  a
                  b

                   c
                  """
                  f(
                    x: S = """
                    d
                    e
                    """
                  ): T
                }

                """#)
    }

    @Test func partsAlone() throws {
        let type = TypeDefinition(description: StringValue("d"), name: Name("T"), kind: .scalar)
        #expect(DocumentPrinter.print(type) == "\"d\"\nscalar T")
        #expect(
            DocumentPrinter.print(
                Directive(name: Name("d"), arguments: [Argument(name: Name("a"), value: .int("1", .none))]))
                == "@d(a: 1)")
        #expect(DocumentPrinter.print(try parseType("[ A ! ] !")) == "[A!]!")
        #expect(
            DocumentPrinter.print(DirectiveDefinition(name: Name("d"), locations: [Name("FIELD")]))
                == "directive @d on FIELD")
        #expect(
            DocumentPrinter.print(
                SchemaDefinition(operationTypes: [OperationTypeDefinition(kind: .query, type: Name("Q"))]))
                == "schema {\n  query: Q\n}")
        #expect(
            DocumentPrinter.print(Definition.typeSystemExtension(.type(type))) == "extend scalar T",
            "an extension has no description")
        #expect(DocumentPrinter.print(SelectionSet([.field(Field(name: Name("a")))])) == "{\n  a\n}")
        #expect(DocumentPrinter.print(Document(definitions: [])) == "")
    }

    @Test(arguments: [KitchenSink.executable, KitchenSink.typeSystem])
    func kitchenSinksSurvive(_ text: String) throws {
        let document = try parse(SourceText(name: "", text))
        let once = DocumentPrinter.print(document)
        let again = try parse(SourceText(name: "", once))
        #expect(again.withoutRanges == document.withoutRanges)
        #expect(DocumentPrinter.print(again) == once)
        #expect(document.withoutRanges != document)
    }
}
