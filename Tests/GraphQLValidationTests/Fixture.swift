import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import JSONBytes

@testable import GraphQLValidation

/// A small schema with every kind of type, and ways to validate a text against it.
enum Fixture {
    static let schema = build(
        """
        schema { query: Query mutation: Mutation subscription: Subscription }
        directive @tag(name: String!) repeatable on QUERY | FIELD | FRAGMENT_DEFINITION | VARIABLE_DEFINITION
        directive @once on QUERY | FIELD | VARIABLE_DEFINITION
        scalar JSON
        interface Pet { name: String! }
        interface Sentient { name: String! }
        type Dog implements Pet {
          name: String!
          nickname: String
          barkVolume: Int
          doesKnowCommand(dogCommand: DogCommand!): Boolean!
          isHouseTrained(atOtherHomes: Boolean = true): Boolean!
          owner: Human
        }
        type Cat implements Pet {
          name: String!
          nickname: String
          meowVolume: Int
          doesKnowCommand(catCommand: CatCommand!): Boolean!
          owner: Human!
          likes(toys: [String!], search: FindDogInput): [String]
        }
        type Human implements Sentient { name: String! pets: [Pet!] }
        type Alien implements Sentient { name: String! homePlanet: String }
        enum DogCommand { SIT DOWN HEEL }
        enum CatCommand { JUMP }
        union CatOrDog = Cat | Dog
        union HumanOrAlien = Human | Alien
        input FindDogInput { name: String! owner: String limit: Int! = 10 near: FindDogInput commands: [DogCommand!] }
        input CatInput { name: String! nickname: String meowVolume: Int }
        input DogInput { name: String! nickname: String barkVolume: Int }
        input PetInput @oneOf { cat: CatInput dog: DogInput id: ID }
        input Echo { flag: Boolean! = true text: String count: Int = 3 }
        type Arguments {
          both(x: Int!, y: Int!): Int!
          boolean(value: Boolean): Boolean
          int(value: Int): Int
          float(value: Float): Float
          id(value: ID): ID
          string(value: String): String
          nonNull(value: Boolean!): Boolean!
          list(value: [Boolean]!): [Boolean]
          ints(value: [Int!]): Int
          matrix(rows: [[Int]]): Int
          optional(value: Boolean! = false): Boolean!
          json(value: JSON): JSON
          echo(value: Echo): String
          echoes(values: [Echo!] = [{text: "x"}], first: Int = 50): String
        }
        type Query {
          dog: Dog
          cat: Cat
          pet: Pet
          human: Human
          catOrDog: CatOrDog
          humanOrAlien: HumanOrAlien
          arguments: Arguments
          findDog(searchBy: FindDogInput): Dog
          node(pet: PetInput): Pet
          booleans(value: [Boolean!]): Boolean
        }
        type Mutation { addPet(pet: PetInput!): Pet addPets(pets: [PetInput!]!): [Pet] }
        type Message { body: String sender: String }
        type Subscription { newMessage: Message other: Boolean }
        """)

    static func build(_ text: String) -> Schema {
        let source = SourceText(name: "schema.graphql", text)
        do {
            return try SchemaBuilder.build(document: parse(source, allow: .typeSystem), source: source)
        } catch {
            preconditionFailure("The schema of the tests is not valid: \(error)")
        }
    }

    /// The errors of a text, each as `line:column, line:column Rule: message`.
    static func errors(_ text: String, schema: Schema = schema, limits: ValidationLimits = .init()) throws -> [String] {
        let source = SourceText(name: "", text)
        return try Validator(schema: schema, limits: limits).validate(
            parse(source, limits: ParseLimits(names: .max)), source: source
        ).map { describe($0, source) }
    }

    static func describe(_ error: ValidationError, _ source: SourceText) -> String {
        let places = error.ranges.map { range in
            let position = source.position(at: Int(range.start))
            return "\(position.line):\(position.column)"
        }
        let limit = error.limit.map { " [\($0)]" } ?? ""
        return "\(places.joined(separator: ", ")) \(error.rule)\(limit): \(error.message)"
    }

    static func examine(
        _ text: String, schema: Schema = schema, limits: ValidationLimits = .init()
    ) throws -> Examination {
        let source = SourceText(name: "", text)
        return try Validator(schema: schema, limits: limits).examine(
            parse(source, limits: ParseLimits(tokens: 1_000_000, bytes: 32 << 20)), source: source)
    }

    static func operation(
        _ text: String, named name: String? = nil, schema: Schema = schema
    ) throws -> ValidatedOperation {
        let source = SourceText(name: "", text)
        return try Validator(schema: schema).operation(parse(source), source: source, named: name)
    }

    /// The members of a JSON object.
    static func members(_ json: String) throws -> [JSONMember] {
        guard case .object(let members) = try parseJSON(Array(json.utf8)) else { return [] }
        return members
    }
}
