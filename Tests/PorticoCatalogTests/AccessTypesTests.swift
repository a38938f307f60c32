import PorticoCatalog
import Testing

@Suite struct AccessTypesTests {
    @Test func everyTypeWithATableSaysWhatMayBeRead() throws {
        let catalog = try SmallProject().load()
        #expect(catalog.accessTypes == ["Note", "Person"])
        #expect(catalog.schema.type("Note")?.fields?["_access"]?.type.description == "Access!")
        #expect(catalog.schema.type("Access")?.fields?.names == ["read", "grant"])
        for derived in ["NoteFilter", "NoteOrder", "NoteGroupField", "NoteMinMax"] {
            #expect(catalog.schema.type(derived)?.fields?["_access"] == nil, "\(derived)")
        }
        #expect(catalog.schema.queryType.fields["_access"] == nil)
    }

    /// A project may have a type of that name: then nothing of ours is in its way.
    @Test func itsOwnTypeStands() throws {
        var project = SmallProject()
        project.schema += "\nenum Access { OPEN CLOSED }"
        let catalog = try project.load()
        #expect(catalog.accessTypes.isEmpty)
        #expect(catalog.schema.type("Note")?.fields?["_access"] == nil)
    }

    /// A column that is called so is that column, and the other types have what is derived.
    @Test func itsOwnFieldStands() throws {
        var project = SmallProject()
        project.schema = project.schema.replacing("  teamId: ID\n", with: "  teamId: ID\n  _access: String\n")
        let catalog = try project.load()
        #expect(catalog.accessTypes == ["Note"])
        #expect(catalog.schema.type("Person")?.fields?["_access"]?.type.description == "String")
        #expect(catalog.types["Person"]?.column("_access") != nil)
    }
}
