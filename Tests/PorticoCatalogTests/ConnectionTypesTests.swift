import PorticoCatalog
import Testing

/// What is derived for pages and global ids, and when a name is in the way. ``DerivationTests`` has
/// the whole schema.
@Suite struct ConnectionTypesTests {
    @Test func aFieldThatHasTheNameIsReported() {
        var project = SmallProject()
        project.schema = project.schema.replacing("  teamId: ID\n", with: "  teamId: ID\n  notesConnection: String\n")
        #expect(
            project.problems == [
                "schema.graphql:21:3 The name `notesConnection` is taken: a field of that name is derived from the list `notes` of Person."
            ])
    }

    @Test(arguments: ["NoteConnection", "NoteEdge", "PageInfo"]) func aTypeThatHasTheNameIsReported(_ name: String) {
        var project = SmallProject()
        project.schema += "\nenum \(name) { A }"
        #expect(
            project.problems == [
                "schema.graphql:24:6 The name `\(name)` is taken: a type of that name is derived for the lists. → Give this type another name: the names of derived types are fixed."
            ])
    }

    // MARK: Node

    @Test func everyTypeWithATableHasAGlobalID() throws {
        let catalog = try SmallProject().load()
        #expect(catalog.nodeKeys.mapValues { $0.columns.map(\.column) } == ["Note": ["id"], "Person": ["id"]])
        #expect(catalog.root["node"] == .node)
        #expect(catalog.schema.isPossible("Note", for: "Node"))
    }

    /// A project may have a `Node` of its own: then nothing of ours is in its way.
    @Test(arguments: [
        ("interface Node { id: ID! }", "type Person {", "type Person implements Node {"),
        ("", "  notes: [Note!]! @list\n}\ntype Note", "  notes: [Note!]! @list\n  node(id: ID!): Note\n}\ntype Note"),
    ])
    func itsOwnNodeStands(_ added: String, _ old: String, _ new: String) throws {
        var project = SmallProject()
        project.schema = project.schema.replacing(old, with: new) + "\n" + added
        let catalog = try project.load()
        #expect(catalog.nodeKeys.isEmpty)
        #expect(catalog.root["node"] != .node)
        #expect(catalog.schema.type("Note")?.fields?["nodeId"] == nil)
    }

    @Test func aNodeIDThatIsThereAlreadyIsReported() {
        var project = SmallProject()
        project.schema = project.schema.replacing("  teamId: ID\n", with: "  teamId: ID\n  nodeId: ID\n")
        #expect(
            project.problems == [
                "schema.graphql:21:3 The name `nodeId` of Person is taken. → It is derived as the global id of Person: call the field something else, or state an interface `Node` of your own."
            ])
    }

    /// Relay's own name for it, where the types have their keys under others.
    @Test func theGlobalIDMayBeCalledID() throws {
        var project = SmallProject()
        project.query += "\nglobalId: id"
        #expect(
            project.problems.map { $0.split(separator: " →")[0] } == [
                "schema.graphql:10:3 The name `id` of Note is taken.",
                "schema.graphql:19:3 The name `id` of Person is taken.",
            ])
        project.schema = project.schema.replacing("  id: ID!\n", with: "  key: ID!\n").replacing(
            "note(id: ID!)", with: "note(key: ID!)")
        project.note += "\nkey: key\nfields: { key: { column: id } }"
        project.person += "\nkey: key\nfields: { key: { column: id } }"
        let catalog = try project.load()
        #expect(catalog.nodeField == "id" && catalog.nodeKeys.keys.sorted() == ["Note", "Person"])
        #expect(catalog.schema.sdl().contains("  node(\n") || catalog.schema.sdl().contains("  node(id: ID!): Node"))
        #expect(catalog.schema.type("Node")?.fields?.names == ["id"])
        #expect(
            catalog.schema.type("NoteFilter").flatMap {
                if case .inputObject(let type) = $0 {
                    type.fields["id"] == nil && type.fields["key"] != nil
                } else {
                    nil
                }
            } == true)
    }

    @Test func globalIDsHaveOneOfTwoNames() {
        var project = SmallProject()
        project.query += "\nglobalId: uid"
        #expect(
            project.problems == [
                "resolvers/Query.yaml:4:11 Expected `globalId` as one of `nodeId`, `id`, found `uid`. → Did you mean \"id\"?"
            ])
    }

    /// A key that no field shows would be told by a global id.
    @Test func aHiddenKeyMakesNoGlobalID() throws {
        var project = SmallProject()
        project.note += "\nkey: serial\ncolumns: { serial: { type: int8 } }"
        let catalog = try project.load()
        #expect(catalog.nodeKeys.keys.sorted() == ["Person"])
    }
}
