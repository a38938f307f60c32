/// One document of each family that holds every production of the grammar at least once.
enum KitchenSink {
    static let executable = #"""
        # A comment, é, and after it a byte order mark between two tokens.
        \#u{FEFF}
        "Finds what waits"
        query Waiting(
          "whose" $tenant: ID!, $states: [State!]! = [OPEN, WAITING] @cost(weight: 2)
          $page: Page = {first: 20, after: null, where: {text: "a\"b\u{1F600}\uD83D\uDE00\u0041\n"}}, $ratio: Float = -1.5e-3, $flag: Boolean = true
        ) @audit(reason: "why", tags: []) @live {
          tenant(id: $tenant) {
            ...Head @include(if: $flag)
            open: tickets(states: $states, page: $page, ratio: 0, deep: [[1, 2], [{a: {}}]], note: """
              Two lines,
                the second indented, and \"""quotes\""".
              """) @skip(if: false) @tag {
              id, on: number
              ... on Incident @include(if: true) { severity }
              ... @skip(if: $flag) { title query fragment true null type }
              ... { __typename }
            }
          }
        }

        mutation { close(id: 1, e: 1E+10, z: -0, f: 0.0) { ok } }
        mutation ($a: Int) { a(b: $a) }
        subscription Changes @once { changed { id } }
        """
          What a ticket's head shows.

            With an indented line.
          """
        fragment Head on Ticket @cached(seconds: 60) { id title }
        query query { query }
        { __typename }
        """#

    static let typeSystem = #"""
        """The whole."""
        schema @owned(by: "core") { query: Query mutation: Mutation subscription: Subscription }

        extend schema @more
        extend schema { subscription: Events }
        "An instant, to the microsecond."
        scalar DateTime @specifiedBy(url: "https://example.org/date-time")
        extend scalar DateTime @sortable

        """
        What people report.
        """
        type Ticket implements & Node & Dated @key(fields: ["id", "tenant"]) {
          "Its number."
          id: ID!
          number: Int! @deprecated(reason: "Use `id`.")
          comments(
            "At most 100."
            first: Int! = 20 @range(min: 1, max: 100)
            where: CommentFilter = {author: {id: null}, state: OPEN, tags: ["a", "b"]}
          ): [Comment!]!
          matrix: [[Float!]]
          type: String
        }
        type Empty
        type Bare implements Node
        extend type Ticket implements Audited
        extend type Ticket @shared { extra(a: Int, b: [Int!] = [1, 2]): String }

        interface Node { id: ID! }
        interface Dated implements Node { id: ID! at: DateTime }
        extend interface Node @x
        extend interface Node { more: Int }

        union Found = | Ticket | User
        union Nothing @never
        extend union Found = Tenant
        extend union Found @y

        "The states."
        enum State @z { "Waits for somebody." OPEN WAITING @deprecated on type CLOSED }
        extend enum State { ARCHIVED }
        extend enum State @w

        input CommentFilter @oneOf { "By whom." author: UserFilter, state: State = OPEN tags: [String!] = [] @v }
        extend input CommentFilter { text: String }
        extend input CommentFilter @u

        "How much it costs."
        directive @cost("The weight." weight: Int! = 1 @t, unit: String) repeatable on | FIELD_DEFINITION | VARIABLE_DEFINITION
        directive @live on QUERY|SUBSCRIPTION
        directive @all on QUERY | MUTATION | SUBSCRIPTION | FIELD | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT | VARIABLE_DEFINITION | SCHEMA | SCALAR | OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
        """#
}
