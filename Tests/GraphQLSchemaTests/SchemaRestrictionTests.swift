import GraphQLLanguage
import GraphQLSchema
import Testing

@Suite struct SchemaRestrictionTests {
    /// One schema, what is hidden of it, and the types that are left, each with its members.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let sdl: String
        let hidden: Set<String>
        let left: [String]

        init(_ name: String, _ sdl: String, hidden: Set<String>, left: [String]) {
            self.name = name
            self.sdl = sdl
            self.hidden = hidden
            self.left = left
        }

        var testDescription: String { name }
    }

    @Test(arguments: [
        Case("nothing is hidden", "type Query { a: A } type A { b: Int }", hidden: [], left: ["Query: a", "A: b"]),
        Case("a field", "type Query { a: A } type A { b: Int, c: Int }", hidden: ["A.b"], left: ["Query: a", "A: c"]),
        Case(
            "a type without fields goes, and what mentions it",
            "type Query { v: Int, a: A, as: [A!]! } type A { b: Int }", hidden: ["A.b"], left: ["Query: v"]),
        Case(
            "to a fixpoint", "type Query { v: Int, a: A } type A { b: B } type B { c: C } type C { d: Int }",
            hidden: ["C.d"], left: ["Query: v"]
        ),
        Case(
            "a ring without a leaf is kept by its fields",
            "type Query { v: Int, a: A } type A { b: B, x: Int } type B { a: A }", hidden: ["A.x"],
            left: ["Query: v a", "A: b", "B: a"]
        ),
        Case(
            "a type that is no longer reached",
            "type Query { v: Int, a: A } type A { e: E, s: S } enum E { X } scalar S", hidden: ["Query.a"],
            left: ["Query: v"]
        ),
        Case(
            "enums, scalars and inputs of a hidden field",
            "type Query { v: Int, a(i: I, e: E): S } input I { j: J } input J { e: F } enum E { X } enum F { X } scalar S",
            hidden: ["Query.a"], left: ["Query: v"]
        ),
        Case(
            "an input object without fields goes with its arguments",
            "type Query { a(i: I, x: Int): Int } input I { b: Int }", hidden: ["I.b"], left: ["Query: a(x)"]
        ),
        Case(
            "input objects to a fixpoint",
            "type Query { a(i: I): Int } input I { j: J } input J { k: [K!]! } input K { b: Int }", hidden: ["K.b"],
            left: ["Query: a"]
        ),
        Case(
            "an input field", "type Query { a(i: I): Int } input I { b: Int, c: Int }", hidden: ["I.b"],
            left: ["Query: a(i)", "I: c"]),
        Case("an enum's value", "type Query { a: E } enum E { X Y }", hidden: ["E.X"], left: ["Query: a", "E: Y"]),
        Case(
            "an enum without values", "type Query { v: Int, a: E, b(e: E): Int } enum E { X }", hidden: ["E.X"],
            left: ["Query: v b"]
        ),
        Case(
            "a member of a union", "type Query { u: U } union U = A | B type A { x: Int } type B { x: Int }",
            hidden: ["A.x"], left: ["Query: u", "U: B", "B: x"]
        ),
        Case(
            "a union without members",
            "type Query { v: Int, u: U } union U = A | B type A { x: Int } type B { x: Int }", hidden: ["A.x", "B.x"],
            left: ["Query: v"]
        ),
        Case(
            "an interface's field that one implementer has lost",
            "type Query { n: N } interface N { x: Int, y: Int } type A implements N { x: Int, y: Int } type B implements N { x: Int, y: Int }",
            hidden: ["A.x"], left: ["Query: n", "N: y", "A implements N: y", "B implements N: x y"]
        ),
        Case(
            "an interface without fields",
            "type Query { a: A, n: N } interface N { x: Int } type A implements N { x: Int, y: Int }", hidden: ["N.x"],
            left: ["Query: a", "A: x y"]
        ),
        Case(
            "an interface that lost its last field to an implementer",
            "type Query { a: A, n: N } interface N { x: Int } type A implements N { x: Int, y: Int }", hidden: ["A.x"],
            left: ["Query: a", "A: y"]
        ),
        Case(
            "an implementer is reached through its interface",
            "type Query { n: N } interface N { x: Int } type A implements N { x: Int, e: E } enum E { X }", hidden: [],
            left: ["Query: n", "N: x", "A implements N: x e", "E: X"]
        ),
        Case(
            "a mutation root without fields", "type Query { v: Int } type Mutation { m(i: I): Int } input I { a: Int }",
            hidden: ["Mutation.m"], left: ["Query: v"]
        ),
        Case(
            "types of a directive's arguments stay",
            "type Query { v: Int } directive @d(i: I) on FIELD input I { e: E } enum E { X }", hidden: [],
            left: ["Query: v", "I: e", "E: X"]
        ),
        Case(
            "a hidden directive takes its types along",
            "type Query { v: Int } directive @d(i: I) on FIELD input I { e: E } enum E { X }", hidden: ["@d"],
            left: ["Query: v"]
        ),
        Case(
            "a directive's argument whose type is gone",
            "type Query { v: Int } directive @d(i: I, x: Int) on FIELD input I { a: Int }", hidden: ["I.a"],
            left: ["Query: v"]
        ),
        Case(
            "an implementer that disappears takes no field from its interface",
            "type Query { n: N } interface N { x: Int, y: Int } type A implements N { x: Int, y: Int } type B implements N { x: Int, y: Int, c: C } type C { z: Int }",
            hidden: ["B.x", "B.y", "C.z"], left: ["Query: n", "N: x y", "A implements N: x y"]
        ),
        Case(
            "the query root stays even when it is empty", "type Query { v: Int }", hidden: ["Query.v"], left: ["Query:"]
        ),
    ])
    func isRestricted(_ example: Case) throws {
        let schema = restricted(try build(example.sdl), hiding: example.hidden)
        #expect(outline(schema) == example.left)
        for name in schema.types.values.flatMap(mentioned) { #expect(schema.type(name) != nil, "\(name)") }
        if !schema.queryType.fields.isEmpty { #expect(try build(schema.sdl()).sdl() == schema.sdl()) }
    }

    @Test func rootsAreThoseThatAreLeft() throws {
        let schema = try build("type Query { v: Int } type Mutation { m: Int } type Subscription { s: Int }")
        let rest = restricted(schema, hiding: ["Mutation.m"])
        #expect(rest.mutationType == nil)
        #expect(rest.subscriptionType?.name == "Subscription")
        #expect(rest.queryType.fields.names == ["v"])
    }

    @Test func possibleTypesAreThoseThatAreLeft() throws {
        let schema = try build(
            "type Query { n: N, a: A } interface N { x: Int } type A implements N { x: Int, y: Int } type B implements N { x: Int }"
        )
        #expect(restricted(schema, hiding: ["B.x"]).possibleTypes["N"] == ["A"])
        #expect(restricted(schema, hiding: ["A.x"]).possibleTypes["N"] == nil)
    }

    @Test(
        arguments: [
            ("{ b: 1 }", [], "{b: 1}"), ("{ b: 1 }", ["I.b"], nil), ("{ c: 1 }", ["I.b"], "{c: 1}"),
            ("[{ c: 1 }, { b: 1 }]", ["I.b"], nil),
            ("{ e: X }", ["E.X"], nil), ("{ e: Y }", ["E.X"], "{e: Y}"), ("{ es: [Y, X] }", ["E.X"], nil),
            ("null", ["E.X"], "null"),
        ] as [(String, Set<String>, String?)])
    func aDefaultThatMentionsWhatIsGoneIsDropped(_ value: String, _ hidden: Set<String>, _ expected: String?) throws {
        let schema = restricted(
            try build(
                "type Query { a(i: [I!] = \(value)): Int } input I { b: Int, c: Int, e: E, es: [E!] } enum E { X Y }"),
            hiding: hidden)
        #expect(schema.queryType.fields["a"]?.arguments["i"]?.defaultLiteral == expected)
    }

    @Test func scalarsOfWhatIsHiddenGoToo() throws {
        let schema = try build("type Query { v: String, f: Float }")
        #expect(restricted(schema, hiding: ["Query.f"]).type("Float") == nil)
        #expect(restricted(schema, hiding: []).type("Float") != nil)
    }

    private func restricted(_ schema: Schema, hiding hidden: Set<String>) -> Schema {
        let keep = { (type: String, member: String) in !hidden.contains("\(type).\(member)") }
        return schema.restricted(to: keep, inputField: keep, enumValue: keep) { !hidden.contains("@\($0)") }
    }

    /// The document's own types, each as `Name implements A: member member(argument)`.
    private func outline(_ schema: Schema) -> [String] {
        schema.document().definitions.compactMap { definition in
            guard case .typeSystem(.type(let type)) = definition else { return nil }
            let (interfaces, members): ([Name], [String]) =
                switch type.kind {
                case .object(let interfaces, let fields), .interface(let interfaces, let fields):
                    (interfaces, fields.map(outline))
                case .union(let members): ([], members.map(\.value))
                case .enum(let values): ([], values.map(\.name.value))
                case .inputObject(let fields): ([], fields.map(\.name.value))
                case .scalar: ([], [])
                }
            let implements = interfaces.isEmpty ? "" : " implements " + interfaces.map(\.value).joined(separator: " ")
            return type.name.value + implements + ":" + members.map { " " + $0 }.joined()
        }
    }

    private func outline(_ field: FieldDefinition) -> String {
        field.name.value
            + (field.arguments.isEmpty ? "" : "(" + field.arguments.map(\.name.value).joined(separator: " ") + ")")
    }

    private func mentioned(by type: NamedType) -> [String] {
        switch type {
        case .object(let object):
            object.interfaces + object.fields.flatMap { [$0.type.name] + $0.arguments.map(\.type.name) }
        case .interface(let interface):
            interface.interfaces + interface.fields.flatMap { [$0.type.name] + $0.arguments.map(\.type.name) }
        case .union(let union): union.members
        case .inputObject(let input): input.fields.map(\.type.name)
        case .scalar, .enum: []
        }
    }

    /// Thousands of viewers' schemas that differ in a field must not be thousands of whole schemas.
    @Test func whatLosesNothingIsShared() throws {
        let whole = try build(
            """
            directive @d(e: E) on FIELD
            interface N { id: ID! }
            type Query { a(i: I): A, b(e: E = X): B, u: U }
            type A implements N { id: ID!, x(e: E): Int, y: Int }
            type B implements N { id: ID! }
            union U = A | B
            input I { p: Int, q: E = Y }
            enum E { X Y }
            """)
        func kept(hiding hidden: Set<String>) -> (types: Set<String>, fields: Set<String>) {
            let rest = whole.restricted(
                to: { !hidden.contains("\($0).\($1)") }, inputField: { !hidden.contains("\($0).\($1)") },
                enumValue: { !hidden.contains("\($0).\($1)") })
            var types: Set<String> = [], fields: Set<String> = []
            for (name, type) in rest.types where !name.hasPrefix("__") {
                guard let before = whole.types[name], !SpecifiedScalars.names.contains(name) else { continue }
                if reference(type) === reference(before) { types.insert(name) }
                for field in type.fields?.elements ?? [] where before.fields?[field.name] === field {
                    fields.insert("\(name).\(field.name)")
                }
            }
            if rest.directives["d"] === whole.directives["d"] { types.insert("@d") }
            return (types, fields)
        }
        #expect(kept(hiding: []).types == ["@d", "N", "Query", "A", "B", "U", "I", "E"])
        #expect(kept(hiding: ["A.y"]).types == ["@d", "N", "Query", "B", "U", "I", "E"])
        #expect(kept(hiding: ["A.y"]).fields == ["N.id", "Query.a", "Query.b", "Query.u", "A.id", "A.x", "B.id"])
        #expect(kept(hiding: ["I.p"]).types == ["@d", "N", "Query", "A", "B", "U", "E"])
        // A default value that is gone takes the field's object, and the input's, with it.
        #expect(kept(hiding: ["E.X"]).types == ["@d", "N", "A", "B", "U", "I"])
        #expect(kept(hiding: ["E.X"]).fields == ["N.id", "Query.a", "Query.u", "A.id", "A.x", "A.y", "B.id"])
        #expect(kept(hiding: ["E.Y"]).types == ["@d", "N", "Query", "A", "B", "U"])
        // The enum as a whole: what mentions it changes, down to the directive.
        #expect(kept(hiding: ["E.X", "E.Y"]).types == ["N", "B", "U"])
    }

    private func reference(_ type: NamedType) -> AnyObject {
        switch type {
        case .scalar(let type): type
        case .object(let type): type
        case .interface(let type): type
        case .union(let type): type
        case .enum(let type): type
        case .inputObject(let type): type
        }
    }
}
