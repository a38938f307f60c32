import Diagnostics
import PorticoCatalog
import Testing

@Suite struct CatalogLoaderTests {
    @Test func bindsByConventionAndByStatement() throws {
        let catalog = try SmallProject().load()
        let note = try #require(catalog.types["Note"])
        let person = try #require(catalog.types["Person"])
        #expect(note.table == TableName(name: "notes"))
        #expect(person.table == TableName(schema: "app", name: "people"))
        #expect(note.column("ownerId") == ColumnBinding(field: "ownerId", column: "owner_id", type: .text))
        #expect(note.column("tags")?.type == .array(.text))
        #expect(note.column("data")?.type == .jsonb)
        let labels = [EnumLabel(value: "OPEN", label: "open"), EnumLabel(value: "IN_WORK", label: "in_work")]
        #expect(note.column("state")?.type == .enum(EnumBinding(name: "State", sqlType: "state", values: labels)))
        let owner = try #require(note.relation("owner"))
        #expect(owner.cardinality == .one)
        #expect(owner.locals.map(\.field) == ["ownerId"] && owner.remotes.map(\.field) == ["id"])
        let notes = try #require(person.relation("notes"))
        #expect(notes.cardinality == .many)
        #expect(notes.locals.map(\.field) == ["id"] && notes.remotes.map(\.field) == ["ownerId"])
        #expect(note.isolation == .path([owner], try #require(person.column("teamId"))))
        #expect(note.defaultOrder.map(\.column.field) == ["text", "id"])
        #expect(note.defaultOrder.map(\.direction) == [.descending, .ascending])
        #expect(person.defaultOrder.map(\.column.field) == ["id"])
        #expect(catalog.root["version"] == .constant("\"1\""))
        #expect(catalog.root["viewer"] == .viewer(type: "Person"))
        #expect(catalog.root["note"] == .getter(type: "Note", arguments: [GetterArgument("id", note.key.first)]))
        #expect(catalog.root["notes"] == .list(type: "Note"))
    }

    @Test func statesWhatDiffers() throws {
        var project = SmallProject()
        project.note = """
            table: notes
            key: ownerId
            isolation: teamId
            columns: { teamId: { column: team, type: int8 } }
            fields:
              ownerId: { column: owner, type: uuid }
              state: { type: text, labels: { IN_WORK: working } }
              data: { type: json }
            relations: { owner: { by: ownerId } }
            """
        project.person += "\nfields: { id: { type: uuid } }"
        let note = try #require(try project.load().types["Note"])
        #expect(note.key == Key(ColumnBinding(field: "ownerId", column: "owner", type: .uuid)))
        #expect(note.isolation == .column(ColumnBinding(field: "teamId", column: "team", type: .int8)))
        #expect(note.column("teamId") == nil)
        let labels = [EnumLabel(value: "OPEN", label: "open"), EnumLabel(value: "IN_WORK", label: "working")]
        #expect(note.column("state")?.type == .enum(EnumBinding(name: "State", sqlType: nil, values: labels)))
        #expect(note.column("data")?.type == .json)
    }

    /// What is changed in the small project, and everything that is then wrong.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var expected: [String]
        var change: @Sendable (inout SmallProject) -> Void
        var testDescription: String { name }

        init(_ name: String, _ expected: [String], _ change: @escaping @Sendable (inout SmallProject) -> Void) {
            self.name = name
            self.expected = expected
            self.change = change
        }
    }

    static let cases: [Case] = [
        Case(
            "unknown key",
            [
                "resolvers/Note.yaml:2:1 The key `isolaton` is not known in a resolver file. → Did you mean \"isolation\"?"
            ]
        ) {
            $0.note = "table: notes\nisolaton: owner.teamId"
        },
        Case(
            "no table",
            [
                "resolvers/Note.yaml:1:1 The file does not say which table holds Note. → Write `table: notes`, or whatever its name is."
            ]
        ) { $0.note = "order: [text]" },
        Case("empty file", ["resolvers/Note.yaml:1:1 The file is empty. → Write `{}` for a file that says nothing."]) {
            $0.note = ""
        },
        Case("a tab", ["resolvers/Note.yaml:2:1 A tab cannot indent a line in YAML: use spaces."]) {
            $0.note = "fields:\n\tid: {}"
        },
        Case(
            "no such type",
            ["resolvers/Notte.yaml:1:1 schema.graphql has no object type Notte. → Did you mean \"Note\"?"]
        ) {
            $0.extra = [SourceText(name: "resolvers/Notte.yaml", "table: x")]
        },
        Case("described twice", ["resolvers/more/Note.yaml:1:1 Note is described in resolvers/Note.yaml already."]) {
            $0.extra = [SourceText(name: "resolvers/more/Note.yaml", "table: x")]
        },
        Case(
            "type without a file",
            ["schema.graphql:24:14 Nothing says which table holds Other. → Write resolvers/Other.yaml."]
        ) { $0.schema += "\ntype Other { id: ID! }" },
        Case(
            "unknown field",
            [
                "resolvers/Note.yaml:3:3 Note has no field `txt` that is a column. → Did you mean \"text\"?",
                "resolvers/Note.yaml:4:3 Note has no field `owner` that is a column. → It leads to a type: see `relations`.",
            ]
        ) { $0.note = "table: notes\nfields:\n  txt: {}\n  owner: {}" },
        Case(
            "unknown column type",
            ["resolvers/Note.yaml:2:25 The column type `txt` is not known. → Did you mean \"text\"?"]
        ) { $0.note = "table: notes\nfields: { text: { type: txt } }" },
        Case(
            "column type that does not fit",
            [
                "resolvers/Note.yaml:2:25 A column of type int4 cannot be the field `text` of type String!. → Possible are: text, varchar, bpchar, citext; or give the field another type in schema.graphql."
            ]
        ) { $0.note = "table: notes\nfields: { text: { type: int4 } }" },
        Case(
            "a list over a plain column",
            [
                "resolvers/Note.yaml:2:25 A column of type text cannot be the field `tags` of type [String!]!. → Possible are: text[], varchar[], bpchar[], citext[]; or give the field another type in schema.graphql."
            ]
        ) {
            $0.note = "table: notes\nfields: { tags: { type: text } }"
        },
        Case(
            "unknown enum value",
            ["resolvers/Note.yaml:2:30 The enum State has no value `INWORK`. → Did you mean \"IN_WORK\"?"]
        ) {
            $0.note = "table: notes\nfields: { state: { labels: { INWORK: x } } }"
        },
        Case("unknown key column", ["resolvers/Note.yaml:2:6 Note has no column `idd`. → Did you mean \"id\"?"]) {
            $0.note = "table: notes\nkey: idd"
        },
        Case("key that cannot be one", ["resolvers/Note.yaml:2:6 A column of type jsonb cannot be a key."]) {
            $0.note = "table: notes\nkey: data"
        },
        Case(
            "isolation through nothing",
            [
                "resolvers/Note.yaml:2:12 Isolation leads through to-one relations, and Note has none named `ownr`. → Did you mean \"owner\"?"
            ]
        ) {
            $0.note = "table: notes\nisolation: ownr.teamId"
        },
        Case(
            "isolation to nothing",
            ["resolvers/Note.yaml:2:12 Person has no column `tenantId`. → Did you mean \"teamId\"?"]
        ) { $0.note = "table: notes\nisolation: owner.tenantId" },
        Case(
            "isolation through a list",
            ["resolvers/Person.yaml:2:12 Isolation leads through to-one relations, and Person has none named `notes`."]
        ) {
            $0.person = "table: people\nisolation: notes.id\nrelations: { notes: { via: ownerId } }"
            $0.note = "table: notes"
        },
        Case(
            "isolation by a relation",
            ["resolvers/Note.yaml:2:12 `owner` of Note is a relation, not a column. → Did you mean \"ownerId\"?"]
        ) { $0.note = "table: notes\nisolation: owner" },
        Case(
            "order",
            [
                "resolvers/Note.yaml:2:9 Note has no column `txt`. → Did you mean \"text\"?",
                "resolvers/Note.yaml:2:14 `DSC` is not a direction. → Did you mean \"ASC\" or \"DESC\"?",
                "resolvers/Note.yaml:2:24 Rows cannot be ordered by a column of type jsonb.",
            ]
        ) { $0.note = "table: notes\norder: [txt, text DSC, data]" },
        Case(
            "relation of nothing",
            [
                "resolvers/Person.yaml:2:14 Person has no field `nots`. → Did you mean \"notes\"?",
                "schema.graphql:21:3 Nothing says how `notes` of Person leads to Note. → Write `notes: { via: … }` with a field of Note. It stands under `relations` in resolvers/Person.yaml.",
            ].reversed()
        ) {
            $0.person = "table: people\nrelations: { nots: { via: ownerId } }"
            $0.note = "table: notes"
        },
        Case(
            "relation to nowhere",
            ["resolvers/Person.yaml:2:28 Note has no column `owner_id`. → Did you mean \"ownerId\"?"]
        ) {
            $0.person = "table: people\nrelations: { notes: { via: owner_id } }"
            $0.note = "table: notes"
        },
        Case(
            "by on a list",
            [
                "resolvers/Person.yaml:2:27 `by` leads to one row, and `notes` is a list: name a field of Note with `via`."
            ]
        ) {
            $0.person = "table: people\nrelations: { notes: { by: teamId } }"
            $0.note = "table: notes"
        },
        Case(
            "types that cannot be joined",
            [
                "schema.graphql:16:3 `owner` of Note compares `ownerId` (uuid) with `id` of Person (text), which cannot tie rows together. → Name columns of one type by `by` or `via`, or state under `fields` the `type` that a column really has.",
                "resolvers/Person.yaml:4:3 `notes` of Person compares `id` (text) with `ownerId` of Note (uuid), which cannot tie rows together. → Name columns of one type by `by` or `via`, or state under `fields` the `type` that a column really has.",
            ]
        ) { $0.note = "table: notes\nfields: { ownerId: { type: uuid } }" },
        Case("a list without @list", ["schema.graphql:21:3 A list of Note is written `notes: [Note!]! @list`."]) {
            $0.schema = $0.schema.replacing("  notes: [Note!]! @list\n}\nenum", with: "  notes: [Note!]!\n}\nenum")
        },
        Case("@list on one", ["schema.graphql:16:3 `@list` stands on a list: `owner: [Person!]! @list`."]) {
            $0.schema = $0.schema.replacing("owner: Person", with: "owner: Person @list")
            $0.note = "table: notes"
        },
        Case(
            "unknown scalar",
            [
                "schema.graphql:12:3 No column is known to hold the scalar Money of the field `text`. → Known are: ID, String, Int, Float, Boolean, DateTime, Date, Decimal, BigInt, JSON."
            ]
        ) {
            $0.schema = $0.schema.replacing("text: String!", with: "text: Money!") + "\nscalar Money"
            $0.note = "table: notes"
        },
        Case(
            "root fields",
            [
                "schema.graphql:4:3 Nothing says what the root field `version` gives. → A list has `@list`, a getter one required argument; all else is stated in resolvers/Query.yaml.",
                "resolvers/Query.yaml:2:3 Query has no field `versio`. → Did you mean \"version\"?",
                "resolvers/Query.yaml:3:21 `Persn` is no type with a table. → Did you mean \"Person\"?",
            ]
        ) { $0.query = "fields:\n  versio: { constant: 1 }\n  viewer: { viewer: Persn }" },
        Case("a getter by no column", ["schema.graphql:6:3 Note has no column `key` to get a row by."]) {
            $0.schema = $0.schema.replacing("note(id: ID!)", with: "note(key: ID!)")
        },
        Case(
            "a name that two types derive",
            [
                "schema.graphql:25:6 `NoteListFilter` is derived twice, for Note and for NoteList. → Give one of the two types another name: the names of derived types are fixed."
            ]
        ) {
            $0.schema = $0.schema.replacing(
                "  notes: [Note!]! @list\n}\ntype Note {",
                with: "  notes: [Note!]! @list\n  noteLists: [NoteList!]! @list\n}\ntype Note {")
            $0.schema += "\ntype NoteList {\n  id: ID!\n}"
            $0.extra.append(SourceText(name: "resolvers/NoteList.yaml", "table: note_lists\nisolation: none\n"))
        },
        Case(
            "an interface in the place of a type with a table",
            [
                "schema.graphql:8:3 The root field `things` gives Thing, which is no object type. → Only object types have a table: write a field for each of Note.",
                "schema.graphql:22:3 The field `thing` of Person leads to Thing, which is no object type. → Only object types have a table: write a field for each of Note.",
            ]
        ) {
            $0.schema = $0.schema.replacing(
                "  notes: [Note!]! @list\n}\ntype Note {",
                with: "  notes: [Note!]! @list\n  things: [Thing!]! @list\n}\ntype Note implements Thing {")
            $0.schema =
                $0.schema.replacing("  teamId: ID\n", with: "  teamId: ID\n  thing: Thing\n")
                + "\ninterface Thing { id: ID! }"
        },
        Case(
            "a name that is taken",
            [
                "schema.graphql:24:7 The name `NoteFilter` is taken: a type of that name is derived for the lists. → Give this type another name: the names of derived types are fixed."
            ]
        ) { $0.schema += "\ninput NoteFilter { id: ID }" },
        Case(
            "schema that is wrong, and a file",
            [
                "schema.graphql:16:10 There is no type \"Persn\". → Did you mean \"Person\"?",
                "resolvers/Note.yaml:1:1 The key `tabel` is not known in a resolver file. → Did you mean \"table\"?",
                "resolvers/Note.yaml:1:1 The file does not say which table holds Note. → Write `table: notes`, or whatever its name is.",
            ]
        ) {
            $0.schema = $0.schema.replacing("owner: Person", with: "owner: Persn")
            $0.note = "tabel: notes"
        },
        Case("schema that does not parse", ["schema.graphql:1:17 Expected a type name, found \"}\"."]) {
            $0.schema = "schema { query: }"
        },
        Case(
            "fields that a filter has itself",
            ["schema.graphql:12:3 The field `not` of Note cannot be filtered: the name is one of the filter's own."]
        ) {
            $0.schema = $0.schema.replacing("text: String!", with: "not: String!")
            $0.note = "table: notes"
        },
        Case("a mutation root", ["schema.graphql:24:17 Only a query root is supported; Mutation cannot be served."]) {
            $0.schema =
                $0.schema.replacing("query: Query }", with: "query: Query mutation: Mutation }")
                + "\ntype Mutation { run: Int }"
        },
    ]

    @Test(arguments: cases) func saysWhatIsWrong(_ test: Case) {
        var project = SmallProject()
        test.change(&project)
        #expect(project.problems == test.expected)
    }
}
