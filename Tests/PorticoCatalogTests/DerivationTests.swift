import GraphQLSchema
import PorticoCatalog
import Testing

@Suite struct DerivationTests {
    @Test func derivesTheWholeSchema() throws {
        // Descriptions are left out here; they have a test of their own.
        let catalog = try SmallProject().load()
        #expect(withoutDescriptions(catalog.schema.sdl()) == golden)
    }

    @Test func everythingDerivedIsDescribed() throws {
        let catalog = try SmallProject().load()
        let inputs = catalog.schema.typeOrder.filter {
            $0.hasSuffix("Filter") || $0.hasSuffix("Order") || $0 == "OrderDirection"
        }
        #expect(inputs.count > 5)
        for name in inputs {
            switch catalog.schema.type(name) {
            case .inputObject(let type)?:
                #expect(type.description != nil, "\(name)")
                for field in type.fields { #expect(field.description != nil, "\(name).\(field.name)") }
            case .enum(let type)?: for value in type.values { #expect(value.description != nil, "\(value.name)") }
            default: Issue.record("\(name) is no input type")
            }
        }
        for name in ["NoteAggregate", "NoteMinMax", "NoteGroup", "NoteGroupValues"] {
            #expect(catalog.schema.type(name)?.description != nil, "\(name)")
            for field in try #require(catalog.schema.type(name)?.fields?.elements, "\(name)") {
                #expect(field.description != nil, "\(name).\(field.name)")
                for argument in field.arguments {
                    #expect(argument.description != nil, "\(name).\(field.name).\(argument.name)")
                }
            }
        }
        for name in ["NoteConnection", "NoteEdge", "PageInfo", "Node"] {
            for field in try #require(catalog.schema.type(name)?.fields?.elements, "\(name)") {
                #expect(field.description != nil, "\(name).\(field.name)")
            }
        }
        for argument in try #require(catalog.schema.queryType.fields["notesConnection"]).arguments.elements {
            #expect(argument.description != nil)
        }
        for argument in try #require(catalog.schema.queryType.fields["notes"]).arguments.elements {
            #expect(argument.description != nil)
        }
    }

    @Test func saysWhichTypesTheInputsStandFor() throws {
        #expect(
            try SmallProject().load().derived == [
                "NoteFilter": .filter(of: "Note"), "NoteListFilter": .listFilter(of: "Note"),
                "NoteOrder": .order(of: "Note"), "PersonFilter": .filter(of: "Person"),
                "NoteAggregate": .aggregate(of: "Note"), "NoteMinMax": .values(of: "Note"),
                "NoteGroupValues": .values(of: "Note"), "NoteGroupKey": .groupKey(of: "Note"),
                "NoteGroupField": .groupField(of: "Note"),
            ])
    }

    @Test func saysWhichFieldsStandBesideLists() throws {
        let notes = [
            "notesConnection": DerivedField.connection(of: "notes"), "notesAggregate": .aggregate(of: "notes"),
        ]
        #expect(try SmallProject().load().derivedFields == ["Query": notes, "Person": notes])
    }

    @Test func aNameThatIsTakenIsReported() {
        var project = SmallProject()
        project.schema = project.schema.replacing("  teamId: ID\n", with: "  teamId: ID\n  notesAggregate: String\n")
        #expect(
            project.problems == [
                "schema.graphql:21:3 The name `notesAggregate` is taken: a field of that name is derived from the list `notes` of Person."
            ])
    }

    @Test func listsOfInterfacesAndExtensionsAreDerivedToo() throws {
        var project = SmallProject()
        project.schema =
            project.schema.replacing("type Person {", with: "type Person implements Writer {").replacing(
                "  notes: [Note!]! @list\n}\ntype Note", with: "}\ntype Note")
            + "\ninterface Writer { notes: [Note!]! @list }\nextend type Query { notes: [Note!]! @list }\ndirective @list on FIELD_DEFINITION"
        let schema = try project.load().schema
        #expect(schema.queryType.fields["notes"]?.arguments.names == ["where", "orderBy", "first", "offset"])
        #expect(schema.type("Writer")?.fields?["notes"]?.arguments.names == ["where", "orderBy", "first", "offset"])
        #expect(schema.directives["list"] == nil)
    }

    @Test func jsonColumnsCanOnlyBeAskedForNull() throws {
        var project = SmallProject()
        project.note += "\nfields: { data: { type: json } }"
        let schema = try project.load().schema
        guard case .inputObject(let filter)? = schema.type("NoteFilter"),
            case .inputObject(let null)? = schema.type("NullFilter")
        else {
            Issue.record("no filter")
            return
        }
        #expect(filter.fields["data"]?.type.name == "NullFilter")
        #expect(null.fields.names == ["isNull"])
        #expect(schema.type("JSONFilter") == nil)
    }
}

/// The lines that do not belong to a description.
private func withoutDescriptions(_ sdl: String) -> String {
    var isOpen = false
    let lines = sdl.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
        let quotes = line.components(of: "\"\"\"")
        defer { if quotes % 2 == 1 { isOpen.toggle() } }
        return !isOpen && quotes == 0
    }
    return lines.joined(separator: "\n")
}

extension Substring {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

private let golden = """
    schema {
      query: Query
    }

    scalar JSON

    type Query {
      version: String!
      viewer: Person
      note(id: ID!): Note
      notes(
        where: NoteFilter
        orderBy: [NoteOrder!]
        first: Int
        offset: Int
      ): [Note!]!
      notesConnection(
        where: NoteFilter
        orderBy: [NoteOrder!]
        first: Int
        after: String
        last: Int
        before: String
      ): NoteConnection!
      notesAggregate(
        where: NoteFilter
      ): NoteAggregate!
      node(
        nodeId: ID!
      ): Node
    }

    type Note implements Node {
      id: ID!
      ownerId: ID!
      text: String!
      state: State!
      tags: [String!]!
      data: JSON
      owner: Person
      nodeId: ID!
      _access: Access!
    }

    type Person implements Node {
      id: ID!
      teamId: ID
      notes(
        where: NoteFilter
        orderBy: [NoteOrder!]
        first: Int
        offset: Int
      ): [Note!]!
      notesConnection(
        where: NoteFilter
        orderBy: [NoteOrder!]
        first: Int
        after: String
        last: Int
        before: String
      ): NoteConnection!
      notesAggregate(
        where: NoteFilter
      ): NoteAggregate!
      nodeId: ID!
      _access: Access!
    }

    enum State {
      OPEN
      IN_WORK
    }

    input NoteFilter {
      id: IDFilter
      ownerId: IDFilter
      text: StringFilter
      state: StateFilter
      tags: StringArrayFilter
      data: JSONFilter
      owner: PersonFilter
      and: [NoteFilter!]
      or: [NoteFilter!]
      not: NoteFilter
    }

    input NoteListFilter {
      some: NoteFilter
      every: NoteFilter
      none: NoteFilter
    }

    input PersonFilter {
      id: IDFilter
      teamId: IDFilter
      notes: NoteListFilter
      and: [PersonFilter!]
      or: [PersonFilter!]
      not: PersonFilter
    }

    input NoteOrder @oneOf {
      id: OrderDirection
      ownerId: OrderDirection
      text: OrderDirection
      state: OrderDirection
    }

    input IDFilter {
      eq: ID
      ne: ID
      in: [ID!]
      notIn: [ID!]
      isNull: Boolean
      distinctFrom: ID
      notDistinctFrom: ID
    }

    input StringFilter {
      eq: String
      ne: String
      in: [String!]
      notIn: [String!]
      isNull: Boolean
      distinctFrom: String
      notDistinctFrom: String
      lt: String
      lte: String
      gt: String
      gte: String
      contains: String
      startsWith: String
      endsWith: String
      iContains: String
      like: String
      iLike: String
    }

    input StringArrayFilter {
      has: String
      hasAny: [String!]
      hasAll: [String!]
      isEmpty: Boolean
      isNull: Boolean
    }

    input JSONFilter {
      contains: JSON
      hasKey: String
      isNull: Boolean
    }

    input StateFilter {
      eq: State
      ne: State
      in: [State!]
      notIn: [State!]
      isNull: Boolean
      distinctFrom: State
      notDistinctFrom: State
    }

    type NoteConnection {
      edges: [NoteEdge!]!
      nodes: [Note!]!
      pageInfo: PageInfo!
      totalCount: Int!
    }

    type NoteEdge {
      cursor: String!
      node: Note!
    }

    type PageInfo {
      hasNextPage: Boolean!
      hasPreviousPage: Boolean!
      startCursor: String
      endCursor: String
    }

    interface Node {
      nodeId: ID!
    }

    type Access {
      read: [String!]!
      grant: String
    }

    type NoteAggregate {
      count: Int!
      min: NoteMinMax
      max: NoteMinMax
      groupBy(
        keys: [NoteGroupKey!]!
        first: Int
      ): [NoteGroup!]!
    }

    type NoteMinMax {
      text: String
    }

    type NoteGroup {
      key: NoteGroupValues
      count: Int!
      min: NoteMinMax
      max: NoteMinMax
    }

    type NoteGroupValues {
      id: ID
      ownerId: ID
      text: String
      state: State
    }

    input NoteGroupKey {
      field: NoteGroupField!
    }

    enum NoteGroupField {
      ID
      OWNER_ID
      TEXT
      STATE
    }

    enum OrderDirection {
      ASC
      DESC
      ASC_NULLS_FIRST
      ASC_NULLS_LAST
      DESC_NULLS_FIRST
      DESC_NULLS_LAST
    }

    """
