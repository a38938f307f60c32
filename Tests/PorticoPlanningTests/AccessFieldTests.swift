import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import TestFixtures
import Testing

/// `_access`: a constant of the plan.
@Suite struct AccessFieldTests {
    /// Every fixed value of an answer that is an object, in its order.
    private func fixed(_ output: ObjectOutput) -> [String] {
        output.fields.flatMap { field -> [String] in
            switch field.value {
            case .fixed(let bytes): bytes.first == UInt8(ascii: "{") ? [String(decoding: bytes, as: UTF8.self)] : []
            case .object(_, let inner), .embedded(_, let inner), .list(_, let inner, _),
                .connection(_, .items(_, let inner)):
                fixed(inner)
            case .cell, .connection, .nodeID, .failed: []
            }
        }
    }

    @Test func itNeedsNoLoadAndNoColumn() throws {
        let plan = try Fixture.plan("{ tickets { _access { read } messages { _access { grant } } } }")
        #expect(plan.loads.map(\.type) == ["Ticket", "TicketMessage"])
        #expect(plan.loads[0].columns.map(\.column) == ["id"])
        #expect(fixed(plan.output).last == #"{"grant":null}"#)
    }

    @Test func itNamesWhatTheViewerSeesInTheOrderOfTheSchema() throws {
        let rules = Fixture.rules(.tenant, hiding: ["Domain": ["sslStatus", "site", "createdAt"]])
        let type = try #require(Fixture.catalog.schema.type("Domain")?.fields)
        let names = type.names.filter {
            !["sslStatus", "site", "createdAt"].contains($0) && Fixture.catalog.types["Domain"]?.fields[$0] != nil
        }
        let plan = try Fixture.plan("{ domains { _access { what: read __typename grant read } } }", rules: rules)
        let list = "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        #expect(fixed(plan.output) == [#"{"what":\#(list),"__typename":"Access","grant":null,"read":\#(list)}"#])
        #expect(
            names.first == "id" && names.contains("tenant") && !names.contains("nodeId") && !names.contains("_access"))
    }

    @Test func aGrantIsNamedAsTenantsFilesNameIt() throws {
        let whole = Fixture.rules(.tenant)
        var types = whole.types
        types["Payment"]?.isGranted = true
        let rules = CompiledPolicy(
            fingerprint: 2, role: "agent", reach: .tenant, catalog: whole.catalog, schema: whole.schema, types: types,
            limits: whole.limits)
        let plan = try Fixture.plan(
            "{ payments { _access { grant } subscription { _access { grant } } } }", rules: rules)
        #expect(fixed(plan.output) == [#"{"grant":"agent.Payment.read"}"#, #"{"grant":null}"#])
    }

    @Test(arguments: [
        "{ ticketsConnection { nodes { _access { grant } } edges { node { _access { grant } } } } }",
        "{ viewer { _access { grant } } tenant(id: 1) { _access { grant } } }",
    ]) func itIsThereWhereverARowIs(_ query: String) throws {
        #expect(fixed(try Fixture.plan(query).output) == [#"{"grant":null}"#, #"{"grant":null}"#])
    }
}
