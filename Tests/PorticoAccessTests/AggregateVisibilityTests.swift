import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import Testing

/// What a viewer may not read cannot be computed either: not its smallest value, not its sum, not
/// its groups.
@Suite struct AggregateVisibilityTests {
    private func schema(_ rules: String) throws -> Schema {
        try #require(
            try Policy.load(
                catalog: Spotex.catalog.get(), roles: .init(name: "roles.yaml", "roles: { a: { \(rules) } }"),
                tenants: []
            ).ruleSet("a", nil)
        ).schema
    }

    private func fields(_ type: String, _ schema: Schema) -> [String] { schema.type(type)?.fields?.names ?? [] }

    private func values(_ type: String, _ schema: Schema) -> [String] {
        if case .enum(let type)? = schema.type(type) { type.values.names } else { [] }
    }

    @Test func hiddenFieldsAreInNoValue() throws {
        let schema = try schema("Payment: { read: { fields: [id, status, provider, createdAt] } }")
        #expect(fields("PaymentAggregate", schema) == ["count", "min", "max", "groupBy"])
        #expect(fields("PaymentMinMax", schema) == ["provider", "createdAt"])
        #expect(schema.type("PaymentSum") == nil)
        #expect(schema.type("PaymentAverage") == nil)
        #expect(fields("PaymentGroup", schema) == ["key", "count", "min", "max"])
        #expect(fields("PaymentGroupValues", schema) == ["id", "status", "provider", "createdAt"])
        #expect(values("PaymentGroupField", schema) == ["ID", "STATUS", "PROVIDER", "CREATED_AT"])
        #expect(Set(["payments", "paymentsAggregate"]).isSubset(of: fields("Query", schema)))
        for type in ["Ticket", "User"] { #expect(schema.type("\(type)Aggregate") == nil) }
        #expect(schema.type("Decimal") == nil)
    }

    @Test func periodsAreThereOnlyForDates() throws {
        let schema = try schema("Payment: { read: { fields: [id, amount] } }")
        #expect(schema.type("DatePart") == nil)
        guard case .inputObject(let key)? = schema.type("PaymentGroupKey") else {
            Issue.record("no key")
            return
        }
        #expect(key.fields.names == ["field"])
        #expect(fields("PaymentSum", schema) == ["amount"])
    }

    /// Of a type without a column that can be compared there is a count, and nothing to group by.
    @Test func withoutFieldsThereIsACount() throws {
        let schema = try schema("Site: { read: { fields: [plugins] } }")
        #expect(fields("SiteAggregate", schema) == ["count"])
        for type in ["SiteMinMax", "SiteGroup", "SiteGroupKey", "SiteGroupField", "SiteGroupValues", "DatePart"] {
            #expect(schema.type(type) == nil, "\(type)")
        }
    }

    @Test func aggregatesGoWithTheirLists() throws {
        let schema = try schema(
            "Tenant: { read: { fields: [id, sites] } }, Site: { read: { fields: [id] } }, Ticket: { read: { fields: [id] } }"
        )
        #expect(fields("Tenant", schema).filter { $0.hasSuffix("Aggregate") } == ["sitesAggregate"])
        #expect(fields("Site", schema) == ["id", "nodeId", "_access"])
    }

    /// Every role of the project: an aggregate mentions what its type shows and nothing else.
    @Test(arguments: SpotexMatrixTests.readable.keys.sorted()) func noRoleComputesWhatItCannotRead(
        _ viewer: String
    ) throws {
        let parts = viewer.split(separator: "/").map(String.init)
        let schema = try #require(
            try Spotex.policy().ruleSet(parts[0], parts.count > 1 ? parts[1] : "some-other-tenant")
        ).schema
        for type in SpotexMatrixTests.all.keys {
            let visible = SpotexMatrixTests.words(SpotexMatrixTests.readable[viewer]?[type])
            for suffix in ["MinMax", "Sum", "Average", "GroupValues"] {
                #expect(Set(fields("\(type)\(suffix)", schema)).isSubset(of: visible), "\(type)\(suffix)")
            }
            let groups = try values("\(type)GroupField", schema).map { value in
                try #require(try Spotex.catalog.get().types[type]?.groupColumn(value)).field
            }
            #expect(Set(groups).isSubset(of: visible), "\(type)GroupField")
            #expect(Set(groups) == Set(fields("\(type)GroupValues", schema)))
            #expect(groups.isEmpty == (schema.type("\(type)GroupKey") == nil))
        }
    }
}
