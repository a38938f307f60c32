import GraphQLSchema
import PorticoCatalog
import Testing

/// Which values each kind of column gives, and by which scalar.
@Suite struct AggregateDerivationTests {
    private static let project: SmallProject = {
        var project = SmallProject()
        project.schema = project.schema.replacing(
            "  owner: Person\n}",
            with: """
                  owner: Person
                  size: Int!
                  big: BigInt
                  weight: Float!
                  price: Decimal
                  madeAt: DateTime
                  day: Date
                  done: Boolean
                  isbn: ID
                }
                """
        ).replacing("scalar JSON", with: "scalar JSON scalar BigInt scalar DateTime scalar Date\nscalar Decimal")
        project.note += "\nfields: { weight: { type: float4 }, size: { type: int2 }, isbn: { type: int8 } }"
        return project
    }()

    private func fields(_ type: String) throws -> [String] {
        try Self.project.load().schema.type(type)?.fields?.elements.map { "\($0.name): \($0.type)" } ?? []
    }

    @Test func valuesHaveTheScalarsThatHoldThem() throws {
        #expect(
            try fields("NoteMinMax") == [
                "text: String", "size: Int", "big: BigInt", "weight: Float", "price: Decimal", "madeAt: DateTime",
                "day: Date",
            ])
        #expect(try fields("NoteSum") == ["size: BigInt", "big: Decimal", "weight: Float", "price: Decimal"])
        #expect(try fields("NoteAverage") == ["size: Decimal", "big: Decimal", "weight: Float", "price: Decimal"])
        #expect(
            try fields("NoteGroupValues") == [
                "id: ID", "ownerId: ID", "text: String", "state: State", "size: Int", "big: BigInt", "weight: Float",
                "price: Decimal", "madeAt: DateTime", "day: Date",
                "done: Boolean", "isbn: ID",
            ])
        #expect(
            try fields("NoteAggregate").map { String($0.prefix { $0 != ":" }) } == [
                "count", "min", "max", "sum", "avg", "groupBy",
            ])
    }

    @Test func periodsAreForDates() throws {
        guard case .inputObject(let key)? = try Self.project.load().schema.type("NoteGroupKey") else {
            Issue.record("no key")
            return
        }
        #expect(key.fields.map { "\($0.name): \($0.type)" } == ["field: NoteGroupField!", "per: DatePart"])
    }

    /// What sums and averages need is there, whether the project declares it or not, and not where
    /// nothing needs it.
    @Test func scalarsAreAddedWhereTheyAreMissing() throws {
        var project = Self.project
        project.schema = project.schema.replacing("scalar BigInt ", with: "").replacing("scalar Decimal", with: "")
            .replacing("  big: BigInt\n", with: "").replacing("  price: Decimal\n", with: "")
        let schema = try project.load().schema
        for name in ["BigInt", "Decimal"] {
            guard case .scalar(let scalar)? = schema.type(name) else {
                Issue.record("no \(name)")
                continue
            }
            #expect(scalar.specifiedByURL != nil)
            #expect(scalar.description != nil)
        }
        #expect(try SmallProject().load().schema.type("BigInt") == nil)
    }

    @Test func fieldsThatWouldBeOneEnumValueAreReported() {
        var project = SmallProject()
        project.schema = project.schema.replacing(
            "  teamId: ID\n", with: "  teamId: ID\n  people: [Person!]! @list\n  team_id: String\n")
        project.person += "\n  people: { via: teamId }\nfields: { team_id: { column: other } }"
        #expect(project.problems.contains { $0.contains("TEAM_ID") }, "\(project.problems)")
    }
}
