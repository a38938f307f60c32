/// A valid schema with every construct of section 3 in it, extensions among them.
let kitchenSink = #"""
    "Everything at once."
    schema @origin(from: "test") { query: Root }

    extend schema { mutation: Changes }

    directive @origin(from: String!, tags: [Tag!] = [{ name: "none" }]) repeatable on SCHEMA | OBJECT | FIELD_DEFINITION

    "May be repeated where `@origin` may not."
    directive @note(text: String = "a \"quoted\" word" @deprecated(reason: "say nothing"), level: Level! = LOW) on
        | FIELD
        | ARGUMENT_DEFINITION

    """
    The root
      of it all.
    """
    type Root implements Node @origin(from: "a") @origin(from: "b", tags: { name: "x" }) {
        id: ID!
        "One of many."
        thing(id: ID!, at: Date = "2025-01-01", deep: [[Int!]!] = [[1, 2], []]): Thing @origin(from: "c")
        things(where: ThingFilter = { level: LOW, and: [{ name: null }] }, first: Int! = 50, old: Int = 1 @deprecated): [Thing!]!
        either: Either
        node: Node @deprecated
    }

    interface Node { id: ID! }

    interface Named implements Node { id: ID!, name(upper: Boolean = false): String, peer: Node }

    type Thing implements Named & Node {
        id: ID!
        name(upper: Boolean = false, extra: Int): String!
        peer: Thing
        level: Level
        made: Date
        size: Float
    }

    type Other { a: Int @deprecated(reason: "Use `b`.\nReally."), b: Int }

    union Either = Thing | Other

    enum Level { "Below" LOW HIGH @deprecated(reason: "too high") }

    input ThingFilter { name: String = "x", level: Level = LOW, and: [ThingFilter!], size: Float = 1.50e3, pick: Pick }

    input Tag { name: String! }

    input Pick @oneOf { id: ID, name: String }

    scalar Date @specifiedBy(url: "https://example.com/date")

    scalar Anything

    type Changes { touch(pick: Pick!, value: Anything = { a: [1, "two", three] }): Boolean! }

    extend type Other implements Node @origin(from: "x") { id: ID! }
    extend interface Named { level: Level }
    extend union Either = Root
    extend enum Level { HIGHEST }
    extend input ThingFilter { not: ThingFilter }
    extend scalar Anything @specifiedBy(url: "https://example.com/anything")
    """#
