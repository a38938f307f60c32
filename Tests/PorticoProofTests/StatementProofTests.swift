import PorticoCatalog
import PorticoPlanning
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoProof

/// Statements as a faulty planner might build them: each that lets a row in must be refuted, with a
/// row, and each that keeps them out by whatever means must be proven.
@Suite struct StatementProofTests {
    static let t0 = Alias("t", 0), t1 = Alias("t", 1), p0 = Alias("p", 0), k0 = Alias("k", 0), c0 = Alias("c", 0)
    /// $1 the viewer's tenant, $2 its tenants, $3 a client's variable, $4 the viewer's id, $5 keys
    static let parameters: [ParameterSource] = [
        .tenant(.text), .tenants(.text), .variable(VariablePlace(position: 0), ValueForm(.text)),
        .viewer(.id, ValueForm(.text)), .keys(0),
    ]

    static func table(_ type: String, _ alias: Alias, purpose: TableSource.Purpose? = nil) -> FromItem {
        .table(
            TableSource(
                schema: nil, name: Fixture.catalog.types[type]?.table.name ?? "", alias: alias,
                purpose: purpose ?? .rows(type: type)))
    }
    static func column(_ alias: Alias, _ name: String) -> Expression { .column(alias, name) }
    static func equal(_ left: Expression, _ right: Expression) -> Expression { .binary(left, .equal, right) }
    static func select(_ type: String, _ conditions: [Expression], _ alias: Alias = t0) -> Select {
        Select(columns: [OutputColumn(column(alias, "id"))], from: [table(type, alias)], conditions: conditions)
    }

    static func open(_ select: Select, _ type: String) -> StatementProof.OpenTable? {
        StatementProof(paths: IsolationPaths(Fixture.catalog), parameters: parameters.map(ParameterKind.init))
            .firstOpen(.select(select), of: type)
    }

    static func rows(_ open: StatementProof.OpenTable) -> CounterexampleRows {
        CounterexampleRows(open, parameters: parameters, paths: IsolationPaths(Fixture.catalog))
    }

    static let tenant = equal(column(t0, "tenant_id"), .parameter(1))
    static let mine = equal(column(t0, "creator_id"), .parameter(4))

    // MARK: Own column

    static let kept: [(String, [Expression])] = [
        ("equal", [tenant]),
        ("the other way round", [equal(.parameter(1), column(t0, "tenant_id"))]),
        ("one of several", [.equalsAny(column(t0, "tenant_id"), .parameter(2))]),
        ("IS TRUE", [.opaque(tenant)]),
        ("within an AND", [.and([mine, .and([tenant])])]),
        (
            "in every branch of an OR",
            [
                .or([
                    .and([tenant, mine]),
                    .and([.equalsAny(column(t0, "tenant_id"), .parameter(2)), .isNull(column(t0, "site_id"))]),
                ])
            ]
        ),
        ("in an OR whose other branch is false", [.or([tenant, mine]), .or([tenant, .boolean(false)])]),
        ("NOT of NOT", [.not(.not(tenant))]),
        ("NOT of IS NOT TRUE", [.not(.isNotTrue(tenant))]),
        ("IS NOT TRUE of IS NOT TRUE", [.isNotTrue(.isNotTrue(tenant))]),
        ("NOT of an OR", [.not(.or([mine, .isNotTrue(tenant)]))]),
        (
            "through an equal column",
            [equal(column(t0, "creator_id"), column(t0, "tenant_id")), equal(column(t0, "creator_id"), .parameter(1))]
        ),
        ("nothing at all", [.boolean(false)]),
        ("no branch", [.or([])]),
        ("NOT of what is true", [.not(.boolean(true))]),
    ]

    @Test(arguments: kept) func rowsAreKeptWithin(_ name: String, _ conditions: [Expression]) {
        #expect(Self.open(Self.select("Ticket", conditions), "Ticket") == nil, "\(name)")
    }

    static let open: [(String, [Expression])] = [
        ("no condition", []),
        ("another condition", [mine]),
        ("a client's variable", [equal(column(t0, "tenant_id"), .parameter(3))]),
        ("the viewer's id", [equal(column(t0, "tenant_id"), .parameter(4))]),
        ("one branch of an OR", [.or([tenant, mine])]),
        ("all but one branch", [.or([tenant, .and([tenant, mine]), .and([mine, .isNull(column(t0, "site_id"))])])]),
        ("negated", [.not(tenant)]),
        ("IS NOT TRUE", [.isNotTrue(tenant)]),
        ("NOT of an AND", [.not(.and([.isNotTrue(tenant), mine]))]),
        ("not equal", [.binary(column(t0, "tenant_id"), .notEqual, .parameter(1))]),
        ("at least", [.binary(column(t0, "tenant_id"), .greaterOrEqual, .parameter(1))]),
        ("equal or both null", [.binary(column(t0, "tenant_id"), .isNotDistinctFrom, .parameter(1))]),
        ("all but", [.differsFromAll(column(t0, "tenant_id"), .parameter(2))]),
        ("another column", [equal(column(t0, "id"), .parameter(1))]),
        ("another row's column", [equal(column(t1, "tenant_id"), .parameter(1))]),
        ("null", [.isNull(column(t0, "tenant_id"))]),
    ]

    @Test(arguments: open) func rowsOutsideAreFound(_ name: String, _ conditions: [Expression]) throws {
        let found = try #require(Self.open(Self.select("Ticket", conditions), "Ticket"), "\(name)")
        #expect(found.table.name == "tickets")
        let rows = Self.rows(found)
        #expect(rows.rows.first?.table == "tickets")
        #expect(rows.rows.first?.values["tenant_id"] != .text(CounterexampleRows.ownTenant))
        #expect(rows.isConfirmed, "\(name): \(rows.rows.map(\.text))")
    }

    @Test func theCounterexampleFulfilsTheBranchThatIsOpen() throws {
        let closed = Self.equal(Self.column(Self.t0, "status"), .boolean(true))
        let found = try #require(
            Self.open(
                Self.select(
                    "Ticket",
                    [.or([.and([Self.tenant, closed]), .and([Self.mine, .isNull(Self.column(Self.t0, "site_id"))])])]),
                "Ticket"))
        let rows = Self.rows(found)
        #expect(
            rows.rows.map(\.text) == [
                #"tickets(creator_id: "the viewer's id", site_id: null, tenant_id: "another tenant")"#
            ])
        #expect(rows.isConfirmed)
    }

    // MARK: Paths

    private static func path(
        from start: Expression, _ conditions: [Expression], table target: String = "Ticket", alias: Alias = p0
    ) -> Expression {
        .exists(
            Select(
                columns: [OutputColumn(.integer(1))], from: [table(target, alias, purpose: .tenantPath)],
                conditions: [equal(column(alias, "id"), start)] + conditions))
    }
    private static let pathTest = equal(column(p0, "tenant_id"), .parameter(1)), ticketID = column(t0, "ticket_id")

    @Test func aPathThatIsFollowedKeepsRowsWithin() {
        #expect(
            Self.open(Self.select("TicketMessage", [Self.path(from: Self.ticketID, [Self.pathTest])]), "TicketMessage")
                == nil)
        #expect(
            Self.open(
                Self.select(
                    "TicketMessage", [.or([Self.path(from: Self.ticketID, [Self.pathTest]), .boolean(false)])]),
                "TicketMessage") == nil)
        let keyed = [
            Self.equal(Self.ticketID, Self.column(Self.k0, "key")),
            Self.path(from: Self.column(Self.k0, "key"), [Self.pathTest]),
        ]
        #expect(
            Self.open(Self.select("TicketMessage", keyed), "TicketMessage") == nil,
            "by the key that equals the row's own")
    }

    static let brokenPaths: [(String, [Expression])] = [
        ("without the tenant", [path(from: ticketID, [])]),
        ("by another column", [path(from: column(t0, "author_id"), [pathTest])]),
        ("from another row", [path(from: column(t1, "ticket_id"), [pathTest])]),
        ("to another table", [path(from: ticketID, [pathTest], table: "User")]),
        ("negated", [.not(path(from: ticketID, [pathTest]))]),
        ("in one branch", [.or([path(from: ticketID, [pathTest]), equal(column(t0, "author_id"), .parameter(4))])]),
        ("a client's tenant", [path(from: ticketID, [equal(column(p0, "tenant_id"), .parameter(3))])]),
        (
            "a count, which always has a row",
            [
                .exists(
                    Select(
                        columns: [OutputColumn(.aggregate(.count, nil))],
                        from: [table("Ticket", p0, purpose: .tenantPath)],
                        conditions: [equal(column(p0, "id"), ticketID), pathTest]))
            ]
        ),
    ]

    @Test(arguments: brokenPaths) func aPathThatIsNotFollowedIsFound(_ name: String, _ conditions: [Expression]) throws
    {
        let found = try #require(Self.open(Self.select("TicketMessage", conditions), "TicketMessage"), "\(name)")
        #expect(["ticket_messages", "tickets", "users"].contains(found.table.name))
    }

    @Test func theRowOutsideIsFollowedToItsTenant() throws {
        let found = try #require(
            Self.open(
                Self.select("TicketMessage", [Self.equal(Self.column(Self.t0, "author_id"), .parameter(4))]),
                "TicketMessage"))
        let rows = Self.rows(found)
        #expect(
            rows.rows.map(\.text) == [
                #"ticket_messages(author_id: "the viewer's id", ticket_id: "some ticket_id")"#,
                #"tickets(id: "some ticket_id", tenant_id: "another tenant")"#,
            ])
        #expect(rows.isConfirmed)
    }

    // MARK: Nested statements

    private static func inner(_ conditions: [Expression]) -> Expression {
        .exists(select("Ticket", [equal(column(t1, "site_id"), column(t0, "id"))] + conditions, t1))
    }
    private static let innerTenant = equal(column(t1, "tenant_id"), .parameter(1))

    /// What a nested statement says may be turned round; what it reads may not go outside.
    @Test(arguments: ["itself", "not", "or", "not or", "is not true"]) func nestedRowsAreKeptWithinByTheirOwnCondition(
        _ place: String
    ) {
        func around(_ inner: Expression) -> Expression {
            switch place {
            case "itself": inner
            case "not": .not(inner)
            case "or": .or([inner, Self.mine])
            case "not or": .not(.or([.opaque(inner)]))
            default: .isNotTrue(.and([inner]))
            }
        }
        #expect(Self.open(Self.select("Site", [Self.tenant, around(Self.inner([Self.innerTenant]))]), "Site") == nil)
        #expect(Self.open(Self.select("Site", [Self.tenant, around(Self.inner([]))]), "Site")?.table.name == "tickets")
        #expect(
            Self.open(
                Self.select(
                    "Site",
                    [
                        Self.tenant,
                        around(
                            Self.inner([
                                .or([Self.innerTenant, Self.equal(Self.column(Self.t1, "subject"), .parameter(3))])
                            ])),
                    ]), "Site")?.table.name == "tickets")
        #expect(
            Self.open(Self.select("Site", [Self.tenant, around(Self.inner([.isNotTrue(Self.innerTenant)]))]), "Site")?
                .table.name == "tickets")
    }

    @Test func aNestedRowMayLeanOnTheRowAround() {
        let same = Self.equal(Self.column(Self.t1, "tenant_id"), Self.column(Self.t0, "tenant_id"))
        #expect(Self.open(Self.select("Site", [Self.tenant, .not(Self.inner([same]))]), "Site") == nil)
        #expect(
            Self.open(Self.select("Site", [.or([Self.tenant, .not(Self.inner([same]))])]), "Site") != nil,
            "but not where that is only one of two cases")
    }

    /// Two nested statements cannot vouch for each other.
    @Test func nothingVouchesForItself() {
        let circular = Self.inner([
            Self.equal(Self.column(Self.t1, "tenant_id"), Self.column(Self.t0, "tenant_id")), Self.tenant,
        ])
        #expect(
            Self.open(Self.select("Site", [circular]), "Site") == nil,
            "what a statement says of the row around it counts for both")
        let leaning = Self.inner([Self.equal(Self.column(Self.t1, "tenant_id"), Self.column(Self.t0, "tenant_id"))])
        let other = Expression.exists(
            Self.select(
                "Domain", [Self.equal(Self.column(Alias("t", 2), "tenant_id"), Self.column(Self.t0, "tenant_id"))],
                Alias("t", 2)))
        #expect(Self.open(Self.select("Site", [leaning, other]), "Site") != nil)
    }

    @Test(arguments: ["columns", "groups", "order", "limit", "offset", "aggregate", "choice"])
    func statementsAreFoundWhereverTheyStand(_ place: String) {
        var select = Self.select("Site", [Self.tenant])
        let bare = Self.inner([])
        switch place {
        case "columns": select.columns = [OutputColumn(bare)]
        case "groups": select.groups = [bare]
        case "order": select.order = [OrderTerm(bare)]
        case "limit": select.limit = bare
        case "offset": select.offset = bare
        case "aggregate": select.columns = [OutputColumn(.aggregate(.count, bare))]
        default: select.columns = [OutputColumn(.choice(bare, then: .integer(1), otherwise: .integer(2)))]
        }
        #expect(Self.open(select, "Site")?.table.name == "tickets")
    }

    // MARK: Batches

    private static func batch(_ type: String, _ inner: [Expression], outer: [Expression] = []) -> Select {
        Select(
            columns: [OutputColumn(column(k0, "ord"))],
            from: [.keys([BatchKey(parameter: 5, type: "text")], k0), .lateral(select(type, inner), c0)],
            conditions: outer)
    }

    @Test func aLateralNeedsItsCondition() {
        let tie = Self.equal(Self.column(Self.t0, "site_id"), Self.column(Self.k0, "key"))
        #expect(Self.open(Self.batch("Ticket", [tie, Self.tenant]), "Ticket") == nil)
        #expect(Self.open(Self.batch("Ticket", [tie]), "Ticket")?.table.name == "tickets")
        let after = Self.equal(Self.column(Self.c0, "tenant_id"), .parameter(1))
        #expect(
            Self.open(Self.batch("Ticket", [tie], outer: [after]), "Ticket") != nil,
            "what is thrown away behind a LIMIT has counted before it")
    }

    @Test func aLateralMayLeanOnWhatIsSaidOfItsKey() {
        let tie = Self.equal(Self.ticketID, Self.column(Self.k0, "key")),
            hoisted = Self.path(from: Self.column(Self.k0, "key"), [Self.pathTest])
        #expect(Self.open(Self.batch("TicketMessage", [tie], outer: [hoisted]), "TicketMessage") == nil)
        #expect(Self.open(Self.batch("TicketMessage", [tie, hoisted]), "TicketMessage") == nil)
        #expect(
            Self.open(Self.batch("TicketMessage", [], outer: [hoisted]), "TicketMessage") != nil,
            "nothing ties the rows to the key")
        #expect(
            Self.open(
                Self.batch(
                    "TicketMessage", [Self.equal(Self.column(Self.t0, "author_id"), Self.column(Self.k0, "key"))],
                    outer: [hoisted]), "TicketMessage") != nil)
    }

    // MARK: Names

    @Test func namesAreNotTakenForGranted() {
        #expect(
            Self.open(Self.select("Site", [Self.tenant]), "Ticket")?.obstacle != nil,
            "rows of another type than the load's")
        let mislabelled = Select(
            columns: [],
            from: [.table(TableSource(schema: nil, name: "tickets", alias: Self.t0, purpose: .rows(type: "Site")))],
            conditions: [Self.tenant])
        #expect(Self.open(mislabelled, "Site")?.obstacle != nil)
        let step = Select(columns: [], from: [Self.table("Payment", Self.p0, purpose: .tenantPath)], conditions: [])
        #expect(
            Self.open(Self.select("Site", [Self.tenant, .not(.exists(step))]), "Site")?.obstacle != nil,
            "no isolation leads through it")
        let twice = Expression.exists(Self.select("Ticket", [Self.tenant], Self.t0))
        #expect(Self.open(Self.select("Site", [twice]), "Site")?.obstacle != nil, "a name that stands for two rows")
    }

    @Test func manyAlternativesAreNoProof() {
        let pairs = (0..<14).map {
            Expression.or([
                Self.equal(Self.column(Self.t0, "a\($0)"), .parameter(3)),
                Self.equal(Self.column(Self.t0, "b\($0)"), .parameter(4)),
            ])
        }
        #expect(Self.open(Self.select("Ticket", pairs), "Ticket") != nil)
        #expect(Self.open(Self.select("Ticket", pairs + [Self.tenant]), "Ticket") == nil)
    }

    // MARK: Rows that are written

    private static func target(_ type: String) -> TableSource {
        TableSource(
            schema: nil, name: Fixture.catalog.types[type]?.table.name ?? "", alias: t0, purpose: .written(type: type))
    }

    private static func isProven(_ tree: SQLTree, _ type: String) -> Bool {
        StatementProof(paths: IsolationPaths(Fixture.catalog), parameters: parameters.map(ParameterKind.init))
            .firstOpen(tree, of: type) == nil
    }

    /// By whatever condition the value of the new row is known to be one of the viewer's tenants.
    @Test func createdRows() {
        func insert(_ column: String, _ conditions: [Expression], of type: String = "Site") -> Bool {
            let source = Select(columns: [OutputColumn(.parameter(3))], from: [], conditions: conditions)
            return Self.isProven(.insert(Insert(into: Self.target(type), columns: [column], source: source)), type)
        }
        #expect(insert("tenant_id", [.equalsAny(.parameter(3), .parameter(2))]))
        #expect(insert("tenant_id", [.and([Self.equal(.parameter(1), .parameter(3)), .boolean(true)])]))
        #expect(!insert("tenant_id", []))
        #expect(!insert("tenant_id", [.or([.equalsAny(.parameter(3), .parameter(2)), .boolean(true)])]))
        #expect(!insert("name", [.equalsAny(.parameter(3), .parameter(2))]))
        let ticket = Expression.exists(
            Select(
                columns: [], from: [Self.table("Ticket", Self.p0, purpose: .tenantPath)],
                conditions: [
                    Self.equal(Self.column(Self.p0, "id"), .parameter(3)),
                    Self.equal(Self.column(Self.p0, "tenant_id"), .parameter(1)),
                ]))
        #expect(insert("ticket_id", [ticket], of: "TicketMessage"))
        #expect(!insert("author_id", [ticket], of: "TicketMessage"))
    }

    /// Values, what is returned, and what a client states hold statements too.
    @Test func whatWritingStatementsRead() {
        let bare = Expression.exists(
            Select(columns: [OutputColumn(.integer(1))], from: [Self.table("Ticket", Self.t1)]))
        let kept = Expression.exists(
            Select(
                columns: [OutputColumn(.integer(1))], from: [Self.table("Ticket", Self.t1)],
                conditions: [Self.equal(Self.column(Self.t1, "tenant_id"), .parameter(1))]))
        let site = Self.target("Site"), after = Expression.equalsAny(.parameter(3), .parameter(2))
        func trees(_ read: Expression) -> [SQLTree] {
            [
                .update(Update(site, set: [Assignment("name", read)], conditions: [Self.tenant])),
                .update(Update(site, set: [], conditions: [Self.tenant], returning: [OutputColumn(read)])),
                .update(
                    Update(
                        site, set: [], conditions: [Self.tenant],
                        stated: StatedConditions(behind: [read], known: [Self.tenant]))),
                .delete(Delete(from: site, conditions: [Self.tenant], returning: [OutputColumn(read)])),
                .insert(
                    Insert(
                        into: site, columns: ["tenant_id", "name"],
                        source: Select(
                            columns: [OutputColumn(.parameter(3)), OutputColumn(read)], from: [], conditions: [after]))),
                .insert(
                    Insert(
                        into: site, columns: ["tenant_id"],
                        source: Select(columns: [OutputColumn(.parameter(3))], from: [], conditions: [after]),
                        returning: [OutputColumn(read)])),
            ]
        }
        for tree in trees(bare) { #expect(!Self.isProven(tree, "Site"), "\(SQLPrinter.print(tree))") }
        for tree in trees(kept) { #expect(Self.isProven(tree, "Site"), "\(SQLPrinter.print(tree))") }
    }

    @Test func changedAndDeletedRows() {
        func update(_ column: String, _ conditions: [Expression]) -> Bool {
            Self.isProven(
                .update(Update(Self.target("Site"), set: [Assignment(column, .parameter(3))], conditions: conditions)),
                "Site")
        }
        let after = Expression.equalsAny(.parameter(3), .parameter(2))
        #expect(update("name", [Self.tenant]))
        #expect(!update("name", []))
        #expect(!update("tenant_id", [Self.tenant]))
        #expect(!update("tenant_id", [after]))
        #expect(update("tenant_id", [Self.tenant, after]))
        #expect(Self.isProven(.delete(Delete(from: Self.target("Site"), conditions: [Self.tenant])), "Site"))
        #expect(!Self.isProven(.delete(Delete(from: Self.target("Site"), conditions: [])), "Site"))
    }
}
