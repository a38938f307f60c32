import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PostgresClient
import TestCluster
import Testing

/// No value of any column makes a statement fail: what cannot be said is null, with an error of its
/// own, and what lies around it stands.
@Suite struct AggregateExtremesTests {
    private static let schema = """
        schema { query: Query }
        scalar DateTime scalar Date scalar Decimal scalar BigInt
        type Query { things: [Thing!]! @list }
        type Thing {
          id: ID! kind: String
          small: Int int: Int big: BigInt number: Decimal single: Float double: Float
          at: DateTime local: DateTime day: Date
          ok: Boolean uuid: ID blank: String
        }
        """
    private static let thing = """
        table: things
        isolation: none
        fields:
          small: { type: int2 }
          single: { type: float4 }
          local: { type: timestamp }
          uuid: { type: uuid }
          blank: { type: bpchar }
        """
    private static let table = """
        CREATE TABLE things (
            id text PRIMARY KEY, kind text, small int2, "int" int4, big int8, number numeric, single float4, "double" float8, at timestamptz, local timestamp, day date,
            ok bool, uuid uuid, blank char(9));
        INSERT INTO things (id, kind, small, "int", big, number, single, "double", at, local, day, ok, uuid, blank)
            SELECT k || n, k, s, i, b, m, r, d, a, l, y, n = 1, gen_random_uuid(), k FROM generate_series(1, 2) n, (VALUES
                ('low', (-32768)::int2, -2147483648, -9223372036854775808, -9e131071, -3e38::float4, -1.7e308, '4714-11-24 00:00+00 BC'::timestamptz, '4714-11-24 BC'::timestamp, '4714-11-24 BC'::date),
                ('high', 32767::int2, 2147483647, 9223372036854775807, 9e131071, 3e38::float4, 1.7e308, '294276-12-31 23:59:59+00', '294276-12-31 23:59:59', '5874897-12-31'),
                ('bound', 1::int2, 1, 1, 1e131000, 1, 1e140, '0001-01-01 00:00+00', '0001-01-01', '0001-01-01'),
                ('last', 1::int2, 1, 1, -1e131000, 1, -1e140, '9999-12-31 23:59:59.999999+00', '9999-12-31 23:59:59.999999', '9999-12-31'),
                ('nan', 1::int2, 1, 1, 'NaN', 'NaN', 'NaN', NULL, NULL, NULL),
                ('infinite', 1::int2, 1, 1, 'Infinity', 'Infinity', 'Infinity', 'infinity', 'infinity', 'infinity'),
                ('below', 1::int2, 1, 1, '-Infinity', '-Infinity', '-Infinity', '-infinity', '-infinity', '-infinity'),
                ('tiny', 1::int2, 1, 1, 0.1, 1e-45, 5e-324, '2025-03-02 23:59:59+00', '2025-03-02 23:59:59', '2025-03-02'),
                ('null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
            ) v (k, s, i, b, m, r, d, a, l, y);
        """

    private static let things: Result<Things, any Error> = Result { try Things() }

    private struct Things {
        let gateway: EmbeddedGateway
        let rules: CompiledPolicy

        init() throws {
            let catalog = try CatalogLoader.load(
                schemaFile: SourceText(name: "schema.graphql", schema),
                resolvers: [SourceText(name: "resolvers/Thing.yaml", thing)])
            let policy = try Policy.load(
                catalog: catalog,
                roles: SourceText(name: "roles.yaml", "roles: { all: { Thing: { read: { fields: all } } } }"),
                tenants: [])
            guard case .rules(let rules) = policy.rules(role: "all", tenant: nil) else {
                throw SpotexFailure(description: "no rules")
            }
            self.rules = rules
            let cluster = try TestCluster.shared()
            let name = "things_\(UInt32.random(in: .min ... .max))"
            let url = try cluster.createDatabase(name: name)
            // Neither the session's zone nor its style of dates has a say in where a day begins.
            try cluster.psql(
                table
                    + "ALTER DATABASE \(name) SET timezone = 'Asia/Tokyo'; ALTER DATABASE \(name) SET datestyle = 'SQL, DMY';",
                database: name)
            gateway = EmbeddedGateway(catalog: catalog, connection: try ConnectionSettings(url))
            _ = gateway.start()
        }

        func answer(_ query: String) async throws -> String {
            let viewer = Viewer(id: "u", role: "all", tenant: nil, tenants: [])
            let answer = await gateway.respond(
                to: GraphQLRequest(query: Array(query.utf8)), viewer: viewer, rules: rules)
            #expect(answer.observation.failures == [], "\(query)")
            return String(decoding: answer.body, as: UTF8.self)
        }
    }

    private static let numbers = "small int big number single double"
    private static let values =
        "count min { \(numbers) kind at local day blank } max { \(numbers) kind at local day blank } sum { \(numbers) } avg { \(numbers) }"

    /// Every pair of kinds, which meet in one sum.
    @Test func nothingRaises() async throws {
        let kinds = ["low", "high", "bound", "last", "nan", "infinite", "below", "tiny", "null"]
        for (index, first) in kinds.enumerated() {
            for second in kinds[index...] {
                let answer = try await Self.things.get().answer(
                    "{ thingsAggregate(where: {kind: {in: [\"\(first)\", \"\(second)\"]}}) { \(Self.values) } }")
                #expect(
                    answer.hasPrefix(#"{"data":{"thingsAggregate":{"count":\#(first == second ? 2 : 4),"min":{"#),
                    "\(first) and \(second): \(answer.prefix(300))")
            }
        }
    }

    @Test(arguments: [
        "KIND", "SMALL", "INT", "BIG", "NUMBER", "SINGLE", "DOUBLE", "AT", "LOCAL", "DAY", "OK", "UUID", "BLANK",
    ]) func everyColumnIsGrouped(_ field: String) async throws {
        let answer = try await Self.things.get().answer(
            "{ thingsAggregate { groupBy(keys: [{field: \(field)}, {field: ID}]) { \(Self.values) } } }")
        #expect(answer.components(of: #"{"count":1,"#) == 18)
    }

    @Test(
        arguments: ["at", "local"],
        [("DAY", "2025-03-02"), ("WEEK", "2025-02-24"), ("MONTH", "2025-03-01"), ("YEAR", "2025-01-01")])
    func momentsAreGroupedByPeriodsOfUTC(_ field: String, _ period: (part: String, start: String)) async throws {
        let answer = try await Self.things.get().answer(
            "{ thingsAggregate { groupBy(keys: {field: \(field.uppercased()), per: \(period.part)}) { key { \(field) } count } } }"
        )
        let last =
            ["DAY": "9999-12-31", "WEEK": "9999-12-27", "MONTH": "9999-12-01", "YEAR": "9999-01-01"][period.part] ?? ""
        let groups = [
            ("null", 4), ("\"0001-01-01T00:00:00Z\"", 2), ("\"\(period.start)T00:00:00Z\"", 2),
            ("\"\(last)T00:00:00Z\"", 2), ("null", 4), ("null", 4),
        ]
        let expected = groups.map { "{\"key\":{\"\(field)\":\($0)},\"count\":\($1)}" }.joined(separator: ",")
        #expect(answer.hasPrefix("{\"data\":{\"thingsAggregate\":{\"groupBy\":[\(expected)]}}"), "\(answer)")
        // What no answer can say is null with an error, where null itself has none.
        #expect(answer.components(of: "cannot be shown") == 2)
        #expect(answer.contains("[\"thingsAggregate\",\"groupBy\",0,\"key\",\"\(field)\"]"))
    }

    @Test(arguments: [
        ("DAY", "2025-03-02", "9999-12-31"), ("WEEK", "2025-02-24", "9999-12-27"),
        ("MONTH", "2025-03-01", "9999-12-01"), ("YEAR", "2025-01-01", "9999-01-01"),
    ])
    func daysAreGroupedByPeriods(_ part: String, _ start: String, _ last: String) async throws {
        let answer = try await Self.things.get().answer(
            "{ thingsAggregate { groupBy(keys: {field: DAY, per: \(part)}) { key { day } } } }")
        #expect(
            answer.hasPrefix(
                #"{"data":{"thingsAggregate":{"groupBy":[{"key":{"day":null}},{"key":{"day":"0001-01-01"}},{"key":{"day":"\#(start)"}},{"key":{"day":"\#(last)"}},"#
            ), "\(answer)")
    }

    @Test func sumsOfWholeNumbersAreExact() async throws {
        let answer = try await Self.things.get().answer(
            #"{ thingsAggregate(where: {kind: {in: ["high", "null"]}}) { sum { small int big } avg { small int big } } }"#
        )
        #expect(
            answer == #"""
                {"data":{"thingsAggregate":{"sum":{"small":"65534","int":"4294967294","big":"18446744073709551614"},"avg":{"small":"32767","int":"2147483647","big":"9223372036854775807"}}}}
                """#)
    }

    @Test func sumsBeyondEveryBoundAreNull() async throws {
        let answer = try await Self.things.get().answer(
            #"{ thingsAggregate(where: {kind: {eq: "high"}}) { max { double } sum { number double single } avg { double } } }"#
        )
        #expect(
            answer.hasPrefix(
                #"{"data":{"thingsAggregate":{"max":{"double":1.7e+308},"sum":{"number":null,"double":null,"single":"#),
            "\(answer)")
        #expect(answer.components(of: "cannot be shown") == 3)
        let within = try await Self.things.get().answer(
            #"{ thingsAggregate(where: {kind: {in: ["bound", "last", "tiny"]}}) { sum { number double } avg { double } } }"#
        )
        #expect(!within.contains("errors"), "\(within)")
    }

    @Test func averagesHaveNoIdleZeros() async throws {
        let answer = try await Self.things.get().answer(
            #"{ thingsAggregate(where: {kind: {in: ["tiny", "null"]}}) { avg { number int } sum { number } } }"#)
        #expect(answer == #"{"data":{"thingsAggregate":{"avg":{"number":"0.1","int":"1"},"sum":{"number":"0.2"}}}}"#)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
