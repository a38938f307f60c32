import PorticoAccess
import PorticoCatalog
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoPlanning

/// Statements as a faulty planner might build them: each must be found.
@Suite struct BarrierAuditTests {
    private static let t0 = Alias("t", 0), t1 = Alias("t", 1), p0 = Alias("p", 0)
    private static let parameters: [ParameterSource] = [
        .tenant(.text), .variable(VariablePlace(position: 0), ValueForm(.text)), .rule(.text([0x61])),
        .cursor(page: 0, .after, key: 0),
    ]
    private static let tenant = Expression.binary(.column(t0, "tenant_id"), .equal, .parameter(1))
    private static let rule = Expression.binary(.column(t0, "subject"), .like, .parameter(3))
    private static let pattern = Expression.binary(.column(t0, "subject"), .like, .parameter(2))
    private static let equality = Expression.binary(.column(t0, "subject"), .equal, .parameter(2))
    private static let ordering = Expression.binary(.column(t0, "priority"), .less, .parameter(2))

    private static func table(_ type: String, _ alias: Alias, rule: Bool = false) -> FromItem {
        .table(
            TableSource(
                schema: nil, name: Fixture.catalog.types[type]?.table.name ?? "", alias: alias,
                purpose: rule ? .ruleRows(type: type) : .rows(type: type)))
    }

    private static func select(
        _ conditions: [Expression], _ stated: StatedConditions = StatedConditions(), order: [OrderTerm] = []
    ) -> Select {
        Select(
            columns: [OutputColumn(.column(t0, "id"))], from: [table("Ticket", t0)], conditions: conditions,
            stated: stated, order: order)
    }

    private static func audit(_ select: Select) -> String? {
        BarrierAudit(catalog: Fixture.catalog, parameters: parameters).firstExposed(.select(select))
    }

    private static func related(
        _ conditions: [Expression], _ stated: StatedConditions = StatedConditions(), rule: Bool = false
    ) -> Expression {
        let tie = Expression.binary(.column(t1, "ticket_id"), .equal, .column(t0, "id"))
        return .exists(
            Select(
                columns: [OutputColumn(.integer(1))], from: [table("TicketMessage", t1, rule: rule)],
                conditions: [tie] + conditions, stated: stated))
    }

    private static let path = Expression.exists(
        Select(
            columns: [OutputColumn(.integer(1))],
            from: [.table(TableSource(schema: nil, name: "tickets", alias: p0, purpose: .tenantPath))],
            conditions: [
                .binary(.column(p0, "id"), .equal, .column(t1, "ticket_id")),
                .binary(.column(p0, "tenant_id"), .equal, .parameter(1)),
            ]))
    private static let body = Expression.binary(
        .call(.strpos, [.column(t1, "body"), .parameter(2)]), .greater, .integer(0))

    @Test("A pattern stands behind all that hides rows")
    func patterns() {
        #expect(
            Self.audit(Self.select([Self.tenant], StatedConditions(behind: [Self.pattern], known: [Self.tenant])))
                == nil)
        #expect(
            Self.audit(
                Self.select(
                    [Self.tenant, Self.rule], StatedConditions(behind: [Self.pattern], known: [Self.tenant, Self.rule]))
            ) == nil)
        #expect(Self.audit(Self.select([], StatedConditions(outside: [Self.pattern]))) == nil, "nothing is hidden")
        #expect(Self.audit(Self.select([Self.tenant], StatedConditions(outside: [Self.pattern]))) == "Ticket")
        #expect(Self.audit(Self.select([Self.tenant, Self.pattern])) == "Ticket", "among what hides rows")
        #expect(Self.audit(Self.select([Self.tenant], StatedConditions(behind: [Self.pattern]))) == "Ticket")
        #expect(
            Self.audit(
                Self.select([Self.tenant, Self.rule], StatedConditions(behind: [Self.pattern], known: [Self.tenant])))
                == "Ticket", "a rule is missing")
        #expect(
            Self.audit(Self.select([Self.tenant], StatedConditions(behind: [Self.pattern], known: [.boolean(true)])))
                == "Ticket")
        #expect(
            Self.audit(
                Self.select(
                    [Self.tenant], StatedConditions(behind: [Self.pattern], known: [Self.tenant, Self.pattern])))
                == "Ticket", "among what is known")
        #expect(Self.audit(Self.select([Self.tenant], order: [OrderTerm(Self.pattern)])) == "Ticket")
    }

    @Test("Only look-ups by leakproof operators stand outside, and only keys where what hides rows is dear")
    func lookUps() {
        #expect(Self.audit(Self.select([Self.tenant], StatedConditions(outside: [Self.equality]))) == nil)
        #expect(
            Self.audit(Self.select([Self.tenant], StatedConditions(outside: [Self.ordering]))) == "Ticket",
            "the order of an enum is not leakproof")
        #expect(
            Self.audit(Self.select([Self.tenant, Self.rule], StatedConditions(outside: [Self.equality]))) == "Ticket",
            "a pattern of a rule is dear")
        let key = Expression.binary(.column(Self.t0, "site_id"), .equal, .parameter(2)),
            place = Expression.binary(.column(Self.t0, "created_at"), .less, .parameter(4))
        #expect(Self.audit(Self.select([Self.tenant, Self.rule], StatedConditions(outside: [key]))) == nil)
        #expect(Self.audit(Self.select([Self.tenant], StatedConditions(outside: [place]))) == nil)
        #expect(
            Self.audit(Self.select([Self.tenant, Self.rule], StatedConditions(outside: [place]))) == "Ticket",
            "between two cursors hidden rows would show")
        let bound = Expression.binary(.column(Self.t0, "subject"), .greaterOrEqual, .parameter(2))
        #expect(Self.audit(Self.select([Self.tenant], StatedConditions(outside: [bound, Self.equality]))) == nil)
        #expect(
            Self.audit(Self.select([Self.tenant], StatedConditions(outside: [bound, bound]))) == "Ticket",
            "a hidden row costs more, the more bounds there are")
        #expect(
            Self.audit(Self.select([Self.tenant], StatedConditions(outside: [Self.equality, Self.equality])))
                == "Ticket")
        let several = Expression.equalsAny(.column(Self.t0, "tenant_id"), .parameter(1))
        #expect(
            Self.audit(Self.select([several], StatedConditions(outside: [Self.equality]))) == "Ticket",
            "several tenants are looked through")
        let either = Expression.or([.binary(.column(Self.t0, "creator_id"), .equal, .parameter(3)), Self.tenant])
        #expect(Self.audit(Self.select([Self.tenant, either], StatedConditions(outside: [Self.equality]))) == "Ticket")
        #expect(Self.audit(Self.select([key, Self.tenant])) == nil, "a row that is found by its key")
    }

    @Test("Rows behind a relation have a barrier of their own, at any depth")
    func relations() {
        let guarded = StatedConditions(behind: [Self.body], known: [Self.path])
        #expect(
            Self.audit(Self.select([Self.tenant], StatedConditions(outside: [Self.related([Self.path], guarded)])))
                == nil)
        #expect(
            Self.audit(
                Self.select(
                    [Self.tenant],
                    StatedConditions(behind: [.not(Self.related([Self.path], guarded))], known: [Self.tenant]))) == nil)
        #expect(
            Self.audit(
                Self.select(
                    [Self.tenant],
                    StatedConditions(outside: [Self.related([Self.path], StatedConditions(outside: [Self.body]))])))
                == "TicketMessage")
        #expect(
            Self.audit(
                Self.select(
                    [Self.tenant],
                    StatedConditions(behind: [.not(Self.related([Self.path, Self.body]))], known: [Self.tenant])))
                == "TicketMessage")
        #expect(
            Self.audit(Self.select([Self.tenant, Self.related([Self.path])])) == "Ticket",
            "a test in a client's name among what hides rows")
        #expect(
            Self.audit(
                Self.select(
                    [Self.tenant, Self.related([Self.path], rule: true)],
                    StatedConditions(outside: [Self.related([Self.path], guarded)]))) == "Ticket",
            "a rule's relation is dear")
        #expect(
            Self.audit(
                Self.select([Self.tenant], StatedConditions(outside: [.opaque(Self.related([Self.path], guarded))])))
                == "Ticket", "what PostgreSQL does not join")
    }

    @Test("What hides the rows of a batch may stand around its lists, and belongs to what is known inside")
    func batches() {
        let key = Expression.binary(.column(Self.t0, "site_id"), .equal, RowReference.batchKey(0))
        let around = Expression.binary(RowReference.batchKey(0), .equal, .parameter(1))
        func batch(_ known: [Expression]) -> String? {
            let inner = Self.select([key, Self.tenant], StatedConditions(behind: [Self.pattern], known: known))
            return Self.audit(
                Select(
                    columns: [],
                    from: [
                        .keys([BatchKey(parameter: 1, type: "text")], Alias("k", 0)), .lateral(inner, Alias("c", 0)),
                    ],
                    conditions: [around]))
        }
        #expect(batch([Self.tenant, around]) == nil)
        #expect(batch([Self.tenant]) == "Ticket")
    }

    @Test("Forms of whole statements")
    func statements() throws {
        func text(_ query: String) throws -> String { try Fixture.plan(query).loads.last?.sql ?? "" }
        let list = try text(#"{ tickets(where: {status: {eq: OPEN}, subject: {like: "%x"}}) { id } }"#)
        #expect(
            list.contains(
                #"""
                WHERE (t0."tenant_id" = $1) AND (t0."status" = $3) AND (CASE WHEN (t0."tenant_id" = $1) THEN (t0."subject" LIKE $2) ELSE false END) ORDER BY
                """#), "\(list)")
        #expect(
            try text(#"{ tickets(where: {tenantId: {eq: "t2"}}) { id } }"#).contains(
                #"WHERE COALESCE((t0."tenant_id" = $1), false) AND (t0."tenant_id" = $2) AND ($2 = $1)"#))
        // Of bounds one of either kind, and one equality of a column; the others stand behind.
        let bounds = try text(
            #"{ tickets(where: {and: [{subject: {gte: "a"}}, {subject: {lt: "b"}}, {subject: {gt: "c"}}, {id: {eq: "d"}}, {id: {in: ["e"]}}]}) { id } }"#
        )
        #expect(
            bounds.contains(
                #"AND (t0."subject" >= $2) AND (t0."subject" < $3) AND (t0."id" = $5) AND (CASE WHEN (t0."tenant_id" = $1) THEN ((t0."subject" > $4) AND (t0."id" = ANY ($6))) ELSE"#
            ), "\(bounds)")
        // What cannot be joined is hashed once where it stands below another relation.
        #expect(
            try text("{ sites(where: {tickets: {some: {not: {messages: {some: {}}}}}}) { id } }").contains(
                #"(NOT COALESCE((t1."id" IN (SELECT t2."ticket_id" FROM"#))
        #expect(!(try text("{ sites(where: {tickets: {some: {messages: {some: {}}}}}) { id } }").contains(" IN (")))
    }

    // MARK: Statements that write

    private static func exposed(_ tree: SQLTree) -> String? {
        BarrierAudit(catalog: Fixture.catalog, parameters: parameters).firstExposed(tree)
    }

    private static let target = TableSource(schema: nil, name: "tickets", alias: t0, purpose: .written(type: "Ticket"))

    /// What a client states of rows that are changed or deleted stands behind what hides rows, as
    /// in a `SELECT`; the values that it gives are its own.
    @Test func writtenRows() {
        let behind = StatedConditions(behind: [Self.pattern], known: [Self.tenant, Self.rule])
        func update(_ conditions: [Expression], _ stated: StatedConditions = StatedConditions()) -> String? {
            Self.exposed(
                .update(
                    Update(
                        Self.target, set: [Assignment("subject", .parameter(2))], conditions: conditions,
                        stated: stated)))
        }
        #expect(update([Self.tenant, Self.rule]) == nil)
        #expect(update([Self.tenant, Self.rule], behind) == nil)
        #expect(update([Self.tenant, Self.rule, Self.pattern]) == "Ticket")
        #expect(update([Self.tenant, Self.rule], StatedConditions(outside: [Self.pattern])) == "Ticket")
        #expect(
            update([Self.tenant, Self.rule], StatedConditions(behind: [Self.pattern], known: [Self.tenant])) == "Ticket"
        )
        #expect(Self.exposed(.delete(Delete(from: Self.target, conditions: [Self.tenant, Self.pattern]))) == "Ticket")
        #expect(
            Self.exposed(.delete(Delete(from: Self.target, conditions: [Self.tenant, Self.rule], stated: behind)))
                == nil)
    }

    /// Whatever a writing statement reads is looked into: in its `FROM`, its values and what it
    /// returns.
    @Test func whatWritingStatementsRead() {
        let exposing = Self.select([Self.tenant, Self.rule, Self.pattern])
        let lateral = FromItem.lateral(exposing, Alias("c", 0)), conditions = [Self.tenant, Self.rule]
        let value = Assignment("subject", .exists(exposing)), returned = [OutputColumn(.exists(exposing))]
        let trees: [SQLTree] = [
            .update(Update(Self.target, set: [], from: [lateral], conditions: conditions)),
            .update(Update(Self.target, set: [value], conditions: conditions)),
            .update(Update(Self.target, set: [], conditions: conditions, returning: returned)),
            .delete(Delete(from: Self.target, using: [lateral], conditions: conditions)),
            .delete(Delete(from: Self.target, conditions: conditions, returning: returned)),
            .insert(
                Insert(into: Self.target, columns: ["subject"], source: Select(columns: returned, from: [lateral]))),
        ]
        for tree in trees { #expect(Self.exposed(tree) == "Ticket", "\(SQLPrinter.print(tree))") }
    }

    /// New rows are hidden from nobody, but what their values are tested by is looked into.
    @Test func createdRows() {
        func insert(_ source: Select) -> String? {
            Self.exposed(.insert(Insert(into: Self.target, columns: ["subject"], source: source)))
        }
        let value = OutputColumn(.parameter(2))
        let ofAValue = Expression.binary(.parameter(2), .like, .parameter(2))
        #expect(insert(Select(columns: [value], from: [], conditions: [ofAValue])) == nil)
        let tested = Self.select([Self.tenant, Self.rule, Self.pattern])
        #expect(insert(Select(columns: [value], from: [], conditions: [.exists(tested)])) == "Ticket")
        #expect(insert(tested) == "Ticket", "what it reads is read like any row")
    }
}
