import PorticoCatalog
import Testing

/// What is derived for pages and global ids, and when a name is in the way. ``DerivationTests`` has the whole schema.
@Suite struct ConnectionTypesTests {
    @Test func aFieldThatHasTheNameIsReported() {
        var project = SmallProject()
        project.schema = project.schema.replacing("  teamId: ID\n", with: "  teamId: ID\n  notesConnection: String\n")
        #expect(project.problems == ["schema.graphql:21:3 The name `notesConnection` is taken: a field of that name is derived from the list `notes` of Person."])
    }

    @Test(arguments: ["NoteConnection", "NoteEdge", "PageInfo"]) func aTypeThatHasTheNameIsReported(_ name: String) {
        var project = SmallProject()
        project.schema += "\nenum \(name) { A }"
        #expect(project.problems == ["schema.graphql:24:6 The name `\(name)` is taken: a type of that name is derived for the lists. → Give this type another name: the names of derived types are fixed."])
    }

    // MARK: Node

    @Test func everyTypeWithATableHasAGlobalID() throws {
        let catalog = try SmallProject().load()
        #expect(catalog.nodeKeys.mapValues(\.column) == ["Note": "id", "Person": "id"])
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
        #expect(project.problems == [
            "schema.graphql:21:3 The name `nodeId` of Person is taken. → It is derived as the global id of Person: call the field something else, or state an interface `Node` of your own.",
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
