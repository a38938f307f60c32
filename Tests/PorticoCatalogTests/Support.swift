import Diagnostics
import PorticoCatalog

/// A problem as `file:line:column message`, and its hint behind an arrow.
func described(_ problems: [Diagnostic], _ sources: [SourceText]) -> [String] {
    problems.map { item in
        let source = sources.first { $0.name == item.file }
        let place = item.range.flatMap { range in source.map { source in source.position(at: Int(range.start)) } }
        let start = place.map { "\(item.file):\($0.line):\($0.column)" } ?? item.file
        return "\(start) \(item.message)" + (item.hint.map { " → \($0)" } ?? "")
    }
}

/// A project small enough to be read at once; tests change one thing of it.
struct SmallProject {
    var schema = """
        schema { query: Query }
        scalar JSON
        type Query {
          version: String!
          viewer: Person
          note(id: ID!): Note
          notes: [Note!]! @list
        }
        type Note {
          id: ID!
          ownerId: ID!
          text: String!
          state: State!
          tags: [String!]!
          data: JSON
          owner: Person
        }
        type Person {
          id: ID!
          teamId: ID
          notes: [Note!]! @list
        }
        enum State { OPEN IN_WORK }
        """
    var query = """
        fields:
          version: { constant: "1" }
          viewer: { viewer: Person }
        """
    var note = """
        table: notes
        isolation: owner.teamId
        order: [text DESC]
        """
    var person = """
        table: app.people
        isolation: teamId
        relations:
          notes: { via: ownerId }
        """
    var extra: [SourceText] = []

    var sources: [SourceText] {
        [
            SourceText(name: "schema.graphql", schema), SourceText(name: "resolvers/Note.yaml", note),
            SourceText(name: "resolvers/Person.yaml", person),
            SourceText(name: "resolvers/Query.yaml", query),
        ] + extra
    }

    func load() throws(Diagnostics) -> Catalog {
        try CatalogLoader.load(schemaFile: sources[0], resolvers: Array(sources.dropFirst()))
    }

    var problems: [String] {
        do throws(Diagnostics) {
            _ = try load()
            return []
        } catch {
            return described(error.items, sources)
        }
    }
}
