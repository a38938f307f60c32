import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import Testing

@Suite struct SchemaBuilderTests {
    @Test func everythingAtOnceIsValid() throws {
        let schema = try build(kitchenSink)
        #expect(schema.description == "Everything at once.")
        #expect(schema.queryType.name == "Root")
        #expect(schema.mutationType?.name == "Changes")
        #expect(schema.subscriptionType == nil)
        #expect(schema.rootType(.mutation)?.name == "Changes")
        #expect(schema.queryType.description == "The root\n  of it all.")
        #expect(schema.queryType.directives.map(\.name.value) == ["origin", "origin"])
        #expect(schema.directiveOrder == ["origin", "note", "include", "skip", "deprecated", "specifiedBy", "oneOf"])
        #expect(schema.directives["origin"]?.isRepeatable == true)
        #expect(schema.directives["note"]?.locations == ["FIELD", "ARGUMENT_DEFINITION"])
    }

    @Test func extensionsAreMerged() throws {
        let schema = try build(kitchenSink)
        #expect(schema.type("Other")?.fields?.names == ["a", "b", "id"])
        #expect(schema.type("Named")?.fields?.names == ["id", "name", "peer", "level"])
        #expect(schema.implementations["Node"] == ["Root", "Named", "Thing", "Other"])
        #expect(schema.possibleTypes["Node"] == ["Root", "Thing", "Other"])
        #expect(schema.possibleTypes["Either"] == ["Thing", "Other", "Root"])
        guard case .enum(let level)? = schema.type("Level"),
            case .inputObject(let filter)? = schema.type("ThingFilter"),
            case .scalar(let anything)? = schema.type("Anything")
        else { throw Missing() }
        #expect(level.values.names == ["LOW", "HIGH", "HIGHEST"])
        #expect(filter.fields.names == ["name", "level", "and", "size", "pick", "not"])
        #expect(anything.specifiedByURL == "https://example.com/anything")
    }

    @Test func extensionsMayStandBeforeWhatTheyExtend() throws {
        let schema = try build("extend type Query { b: Int }\ntype Query { a: Int }")
        #expect(schema.queryType.fields.names == ["a", "b"])
    }

    @Test func membersAreAsDefined() throws {
        let schema = try build(kitchenSink)
        let things = try #require(schema.queryType.fields["things"])
        #expect(things.type.description == "[Thing!]!")
        #expect(things.arguments["first"]?.isRequired == false)
        #expect(things.arguments["first"]?.defaultLiteral == "50")
        #expect(things.arguments["old"]?.deprecationReason == "No longer supported")
        #expect(things.arguments["where"]?.defaultLiteral == "{level: LOW, and: [{name: null}]}")
        #expect(schema.queryType.fields["thing"]?.arguments["id"]?.isRequired == true)
        #expect(schema.queryType.fields["thing"]?.directives.map(\.name.value) == ["origin"])
        #expect(schema.queryType.fields["node"]?.deprecationReason == "No longer supported")
        #expect(schema.type("Other")?.fields?["a"]?.deprecationReason == "Use `b`.\nReally.")
        guard case .inputObject(let pick)? = schema.type("Pick"), case .enum(let level)? = schema.type("Level") else {
            throw Missing()
        }
        #expect(pick.isOneOf)
        #expect(level.values["HIGH"]?.deprecationReason == "too high")
        #expect(level.values["LOW"]?.description == "Below")
    }

    @Test func aFieldKnowsItsPlace() throws {
        let text = "type Query {\n  a: Int\n  b: Int\n}"
        let range = try #require(try build(text).queryType.fields["b"]?.range)
        #expect(SourceText(name: "", text).position(at: Int(range.start)) == SourcePosition(line: 3, column: 3))
    }

    @Test func defaultRootNamesAreTaken() throws {
        let schema = try build("type Query { a: Int } type Mutation { a: Int } type Subscription { a: Int }")
        #expect(schema.queryType.name == "Query")
        #expect(schema.mutationType?.name == "Mutation")
        #expect(schema.subscriptionType?.name == "Subscription")
    }

    @Test func aStatedSchemaHasNoOtherRoots() throws {
        #expect(
            try build("schema { query: Query } type Query { a: Mutation } type Mutation { a: Int }").mutationType == nil
        )
    }

    @Test func onlyMentionedScalarsArePartOfTheSchema() throws {
        let schema = try build("type Query { a: Float }")
        #expect(schema.type("Float") != nil)
        #expect(schema.type("Int") == nil)
        #expect(schema.type("ID") == nil)
        #expect(
            schema.typeOrder == [
                "Query", "Float", "String", "Boolean", "__Schema", "__Type", "__TypeKind", "__Field", "__InputValue",
                "__EnumValue", "__Directive", "__DirectiveLocation",
            ]
        )
    }

    @Test func specifiedDirectivesMayBeRepeated() throws {
        let schema = try build(
            "directive @deprecated(reason: String! = \"x\") on ENUM_VALUE | FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION type Query { a: Int @deprecated }"
        )
        #expect(schema.directiveOrder == ["include", "skip", "deprecated", "specifiedBy", "oneOf"])
        #expect(schema.queryType.fields["a"]?.deprecationReason == "No longer supported")
    }

    @Test(arguments: [
        "interface A implements B & C { a: C } interface B implements C { a: C } interface C { a: C } type Query implements A & B & C { a: Query! }",
        "interface A { a: [U] } union U = Query type Query implements A { a: [Query!]! }",
        "type Query { a(b: I): Int } input I { i: [I!]!, j: I, k: J! } input J { i: I = {i: [], k: {i: null}} }",
        "type Query { a(b: [Int!]! = 1, c: Float = 1, d: ID = 7, e: [E] = A, f: Any = [{ a: 1.5 }, X]): Int } enum E { A } scalar Any",
        "type Query { a(b: I = { a: {} }): Int } input I { a: J = { b: 1 } } input J { b: Int = 2 }",
        "directive @d(a: I) on FIELD_DEFINITION type Query { a: Int @d(a: { b: {} }) } input I { b: I }",
    ])
    func isValid(_ sdl: String) throws {
        #expect(try problems(of: sdl) == [])
    }

    @Test func aScalarIsCoercedAsGiven() throws {
        let even = ScalarCoercion { input throws(CoercionFailure) in
            guard case .int(let text) = input, let value = Int64(text), value % 2 == 0 else {
                throw CoercionFailure("Even cannot represent that.")
            }
            return .int(value)
        }
        let sdl = "type Query { a(b: Even = 3, c: Even = 4): Int } scalar Even"
        #expect(try problems(of: sdl, scalars: ["Even": even]) == ["1:26: Even cannot represent that."])
        #expect(try problems(of: sdl) == [])
    }

    @Test func problemsAreBounded() throws {
        let fields = (0..<150).map { "f\($0): Nothing\($0)" }.joined(separator: "\n")
        let found = try problems(of: "type Query {\n\(fields)\n}")
        #expect(found.count == SchemaLimits.problems + 1)
        #expect(found.first == #"2:5: There is no type "Nothing0"."#)
        #expect(found.last == "-: There are more problems; the first 100 that were found are shown.")
    }

    @Test func definitionsWithoutAPlaceGiveProblemsWithoutARange() throws {
        let values = [
            EnumValueDefinition(name: Name("true")), EnumValueDefinition(name: Name("A")),
            EnumValueDefinition(name: Name("A")),
        ]
        let document = Document(definitions: [
            .typeSystem(
                .type(
                    TypeDefinition(
                        name: Name("Query"),
                        kind: .object(
                            interfaces: [],
                            fields: [
                                FieldDefinition(name: Name("e"), type: .named(Name("E"))),
                                FieldDefinition(name: Name("x"), type: .named(Name("X"))),
                            ])))),
            .typeSystem(.type(TypeDefinition(name: Name("E"), kind: .enum(values: values)))),
            .typeSystem(.directive(DirectiveDefinition(name: Name("d"), locations: []))),
            .typeSystem(.directive(DirectiveDefinition(name: Name("e"), locations: [Name("FIELDS")]))),
        ])
        do throws(Diagnostics) {
            _ = try SchemaBuilder.build(document: document, source: SourceText(name: "derived", ""))
            Issue.record("no problem was found")
        } catch {
            #expect(
                error.items.map(\.message) == [
                    #"There is no type "X"."#, #"Value "E.A" is defined more than once."#,
                    #"An enum value cannot be called "true"."#,
                    #"Directive "@d" must have at least one location."#, #"There is no directive location "FIELDS"."#,
                ])
            #expect(error.items.allSatisfy { $0.range == nil && $0.file == "derived" })
        }
    }

    /// A chain as long as this one would exhaust the stack of anything that followed it by
    /// recursion.
    @Test func longChainsOfReferencesAreFollowed() throws {
        let count = 20_000
        let inputs = (0..<count).map { "input I\($0) { i: I\(($0 + 1) % count)! }" }.joined(separator: "\n")
        let found = try problems(of: "type Query { a(b: I0): Int }\n" + inputs)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(#"2:12: Input object "I0" requires a value of itself"#) == true)
    }
}

struct Missing: Error {}
