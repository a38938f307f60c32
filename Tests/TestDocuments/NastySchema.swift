/// A small schema with all kinds of types and whatever is rare: interfaces of interfaces and
/// without objects, unions that overlap in part, fields of one name and different types, OneOf,
/// lists of lists, inputs within themselves, defaults in non-null places, repeatable directives,
/// names that are keywords.
public enum NastySchema {
    public static let text = """
        schema { query: Query mutation: Mutation subscription: Subscription }
        directive @tag(name: String!, weight: Int = 1) repeatable on QUERY | MUTATION | SUBSCRIPTION | FIELD | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT | VARIABLE_DEFINITION
        directive @once(value: Nested, colours: [Colour!]) on QUERY | FIELD | FRAGMENT_SPREAD | VARIABLE_DEFINITION
        directive @part on FRAGMENT_DEFINITION | INLINE_FRAGMENT
        directive @mark(kind: String = "m") repeatable on OBJECT | FIELD_DEFINITION | INPUT_FIELD_DEFINITION
        scalar Any
        scalar Url @specifiedBy(url: "https://example.org/url")
        enum Colour { RED GREEN BLUE @deprecated(reason: "It fades.") on type }
        enum Size { SMALL LARGE }
        interface Node { id: ID! }
        interface Named implements Node { id: ID! name(style: Colour = RED): String }
        interface Lonely { nobody: Int }
        interface Sized { size: Size }
        type Person implements Node & Named {
          id: ID!
          name(style: Colour = RED, length: Int): String
          age: Int
          size: Size
          friends(first: Int! = 10, where: Nested): [Person!]!
          pet(kind: String): Pet
          pets: [[Pet]!]
          home: Place
          extra: Any
          old: String @deprecated
        }
        type Dog implements Node & Named & Sized {
          id: ID!
          name(style: Colour = RED): String!
          age: Float
          size: Size
          owner: Person
          barks: Boolean!
          pet: Pet!
          obeys(command: Command!, loudly: Boolean! = false): Boolean @mark @mark(kind: "n")
        }
        type Cat implements Node { id: ID! age: Int! size: [Size] owner: Person! lives: Int home: Place! barks: String }
        type Stone implements Sized { size: Size! weight: Float! home: [Place] pet: Stone age: String }
        type Place { city: String street(lines: [String!] = ["a"]): [String] at: Point! query: Int on: Int type: String }
        type Point { x: Float! y: Float! }
        union Pet = Dog | Cat
        union Thing = Dog | Stone | Person
        union Nothings = Point
        input Command { word: String! times: Int = 1 }
        input Nested {
          required: Int!
          optional: String = "x"
          flag: Boolean! = true
          colour: Colour
          list: [Int!]
          lists: [[Int]!]
          nested: Nested
          many: [Nested!]
          choice: Choice
          any: Any
        }
        input Choice @oneOf { id: ID name: String nested: Nested list: [Int!] colour: Colour choice: Choice }
        type Query {
          node(id: ID!): Node
          named: Named
          lonely: Lonely
          sized: [Sized!]
          pet: Pet
          thing(size: Size! = SMALL): Thing
          things(list: [[Int]!]!, colours: [Colour!]): [Thing!]!
          point: Nothings
          person(where: Nested!): Person
          choose(by: Choice!): Thing
          chooseAny(by: [Choice], all: [[Choice!]!]): [Pet]
          scalars(int: Int, float: Float, string: String, boolean: Boolean, id: ID, any: Any, url: Url, colour: Colour): Any
          strict(int: Int!, float: Float! = 1, strings: [String!]!, boolean: Boolean!, colour: Colour!): Boolean
          any(value: Any): Any
        }
        type Mutation { add(nested: [Nested!]!, choice: Choice): Person remove(id: ID!): Boolean }
        type Subscription { added(where: Nested): Person removed: ID ticks: Int }
        """

    /// Definitions of the type system in all forms, each as tokens apart by spaces: a corpus for
    /// breaking.
    public static let definitions: [[String]] = [
        "schema @mark { query : Query mutation : Mutation }", "\"what\" schema { subscription : S }",
        "scalar Any @specifiedBy ( url : \"u\" )",
        "type A implements & B & C @mark ( kind : \"x\" ) { a ( b : Int = 1 @mark , c : [ String ! ] ! = [ \"x\" ] ) : [ Int ] @deprecated \"text\" d : ID ! }",
        "type Empty",
        "type A implements B", "interface I implements J { a : Int }", "union U = | A | B", "union U @mark = A",
        "union U", "enum E { \"one\" A @deprecated B }", "enum E",
        "input I { a : Int = 1 b : [ I ! ] @mark }", "input O @oneOf { a : Int b : ID }",
        "directive @a on FIELD | QUERY", "directive @b ( c : Int = 1 ) repeatable on | OBJECT | ENUM_VALUE",
        "\"\"\"block\"\"\" directive @c on VARIABLE_DEFINITION", "extend schema @mark",
        "extend schema { mutation : M }", "extend scalar Any @mark", "extend type A implements B",
        "extend type A { b : Int }",
        "extend interface I @mark", "extend union U = C", "extend enum E { C }", "extend input I { c : Int }",
        "query Q { a }", "{ a { b } }", "fragment F on A { a }",
    ].map { $0.split(separator: " ").flatMap { pieces(String($0)) } }

    private static func pieces(_ word: String) -> [String] {
        word.hasPrefix("@") && word.count > 1 ? ["@", String(word.dropFirst())] : [word]
    }
}
