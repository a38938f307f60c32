import PorticoCatalog
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoPlanning

/// Statements as a faulty planner might build them: each must be found.
@Suite struct IsolationAuditTests {
    private let t0 = Alias("t", 0), p0 = Alias("p", 0)

    private func table(_ type: String, _ alias: Alias, purpose: TableSource.Purpose? = nil) -> FromItem {
        let name = Fixture.catalog.types[type]?.table.name ?? ""
        return .table(TableSource(schema: nil, name: name, alias: alias, purpose: purpose ?? .rows(type: type)))
    }

    private func audit(
        _ type: String, _ conditions: [Expression],
        parameters: [ParameterSource] = [.tenant(.text), .tenants(.text), .constant(.text([0x61]))]
    ) -> String? {
        let select = Select(columns: [], from: [table(type, t0)], conditions: conditions)
        return IsolationAudit(catalog: Fixture.catalog, parameters: parameters).firstUnprotected(.select(select))
    }

    @Test func ownColumn() {
        let column = Expression.column(t0, "tenant_id")
        #expect(audit("Site", [.binary(column, .equal, .parameter(1))]) == nil)
        #expect(audit("Site", [.opaque(.binary(column, .equal, .parameter(1)))]) == nil)
        #expect(audit("Site", [.equalsAny(column, .parameter(2))]) == nil)
        #expect(audit("Site", []) == "Site")
        #expect(
            audit("Site", [.binary(column, .equal, .parameter(3))]) == "Site", "a value that is not the viewer's tenant"
        )
        #expect(audit("Site", [.binary(column, .notEqual, .parameter(1))]) == "Site")
        #expect(audit("Site", [.or([.binary(column, .equal, .parameter(1)), .boolean(true)])]) == "Site")
        #expect(audit("Site", [.isNotTrue(.binary(column, .equal, .parameter(1)))]) == "Site")
        #expect(audit("Site", [.binary(.column(t0, "id"), .equal, .parameter(1))]) == "Site", "another column")
        #expect(
            audit("Site", [.binary(.column(Alias("t", 1), "tenant_id"), .equal, .parameter(1))]) == "Site",
            "another table's column")
    }

    private func path(from start: Expression, test: Expression?) -> Expression {
        let conditions = [Expression.binary(.column(p0, "id"), .equal, start)] + (test.map { [$0] } ?? [])
        return .exists(Select(columns: [], from: [table("Ticket", p0, purpose: .tenantPath)], conditions: conditions))
    }

    @Test func path() {
        let test = Expression.binary(.column(p0, "tenant_id"), .equal, .parameter(1))
        let start = Expression.column(t0, "ticket_id")
        #expect(audit("TicketMessage", [path(from: start, test: test)]) == nil)
        #expect(audit("TicketMessage", [path(from: start, test: nil)]) == "TicketMessage")
        #expect(audit("TicketMessage", [path(from: .column(t0, "author_id"), test: test)]) == "TicketMessage")
        #expect(audit("TicketMessage", [.not(path(from: start, test: test))]) == "TicketMessage")
    }

    /// The path may stand outside the lists of a batch, but only where the batch's key is the row's
    /// own column.
    @Test func hoistedPath() {
        let test = Expression.binary(.column(p0, "tenant_id"), .equal, .parameter(1))
        func batch(tie: Expression, outer: [Expression]) -> String? {
            let inner = Select(columns: [], from: [table("TicketMessage", t0)], conditions: [tie])
            let select = Select(
                columns: [],
                from: [.keys([BatchKey(parameter: 4, type: "text")], Alias("k", 0)), .lateral(inner, Alias("c", 0))],
                conditions: outer)
            return IsolationAudit(catalog: Fixture.catalog, parameters: [.tenant(.text)]).firstUnprotected(
                .select(select))
        }
        let tie = Expression.binary(.column(t0, "ticket_id"), .equal, RowReference.batchKey(0))
        let hoisted = path(from: RowReference.batchKey(0), test: test)
        #expect(batch(tie: tie, outer: [hoisted]) == nil)
        #expect(batch(tie: tie, outer: []) == "TicketMessage")
        #expect(
            batch(tie: .binary(.column(t0, "author_id"), .equal, RowReference.batchKey(0)), outer: [hoisted])
                == "TicketMessage")
    }

    /// It may start from the batch's key inside the lists as well, where each key has its row of
    /// computed values; and there too only from the row's own key.
    @Test func pathFromTheKeyInsideALateral() {
        let hoisted = path(
            from: RowReference.batchKey(0), test: .binary(.column(p0, "tenant_id"), .equal, .parameter(1)))
        func batch(_ conditions: [Expression]) -> String? {
            let inner = Select(
                columns: [OutputColumn(.aggregate(.count, nil), as: "v0")], from: [table("TicketMessage", t0)],
                conditions: conditions)
            let select = Select(
                columns: [],
                from: [.keys([BatchKey(parameter: 4, type: "text")], Alias("k", 0)), .lateral(inner, Alias("c", 0))])
            return IsolationAudit(catalog: Fixture.catalog, parameters: [.tenant(.text)]).firstUnprotected(
                .select(select))
        }
        #expect(batch([.binary(.column(t0, "ticket_id"), .equal, RowReference.batchKey(0)), hoisted]) == nil)
        #expect(batch([.binary(.column(t0, "ticket_id"), .equal, RowReference.batchKey(0))]) == "TicketMessage")
        #expect(batch([hoisted]) == "TicketMessage", "nothing ties the rows to the key")
        #expect(
            batch([.binary(.column(t0, "author_id"), .equal, RowReference.batchKey(0)), hoisted]) == "TicketMessage")
    }

    /// Wherever an expression stands, a statement inside it is looked at.
    @Test func statementsInsideOtherPlaces() {
        let bare = Expression.exists(Select(columns: [], from: [table("Ticket", Alias("t", 1))]))
        let protected = Expression.binary(.column(t0, "tenant_id"), .equal, .parameter(1))
        func audit(_ change: (inout Select) -> Void) -> String? {
            var select = Select(columns: [], from: [table("Site", t0)], conditions: [protected])
            change(&select)
            return IsolationAudit(catalog: Fixture.catalog, parameters: [.tenant(.text)]).firstUnprotected(
                .select(select))
        }
        #expect(audit { _ in } == nil)
        #expect(audit { $0.columns = [OutputColumn(bare)] } == "Ticket")
        #expect(audit { $0.columns = [OutputColumn(.aggregate(.count, bare))] } == "Ticket")
        #expect(
            audit { $0.columns = [OutputColumn(.choice(.boolean(true), then: .integer(1), otherwise: bare))] }
                == "Ticket")
        #expect(
            audit { $0.columns = [OutputColumn(.choice(.boolean(true), then: bare, otherwise: .literal(.utc)))] }
                == "Ticket")
        #expect(
            audit { $0.columns = [OutputColumn(.choice(bare, then: .integer(1), otherwise: .integer(2)))] } == "Ticket")
        #expect(audit { $0.groups = [bare] } == "Ticket")
        #expect(audit { $0.order = [OrderTerm(bare)] } == "Ticket")
        #expect(audit { $0.limit = bare } == "Ticket")
        #expect(audit { $0.offset = bare } == "Ticket")
    }

    /// A table inside a filter is held to the same.
    @Test func nestedFilters() {
        let protected = Expression.binary(.column(t0, "tenant_id"), .equal, .parameter(1))
        let inner = Select(
            columns: [], from: [table("Ticket", Alias("t", 1))],
            conditions: [.binary(.column(Alias("t", 1), "site_id"), .equal, .column(t0, "id"))])
        #expect(audit("Site", [protected, .or([.not(.exists(inner))])]) == "Ticket")
    }

    // MARK: Rows that are written

    private func target(_ type: String) -> TableSource {
        TableSource(
            schema: nil, name: Fixture.catalog.types[type]?.table.name ?? "", alias: t0, purpose: .written(type: type))
    }

    private func audit(_ tree: SQLTree) -> String? {
        IsolationAudit(
            catalog: Fixture.catalog,
            parameters: [.tenant(.text), .tenants(.text), .constant(.text([0x61])), .constant(.text([0x62]))]
        ).firstUnprotected(tree)
    }

    /// A new row's tenant is the value that it gets.
    @Test func createdRows() {
        func insert(_ type: String, _ values: [(String, Expression)], _ conditions: [Expression]) -> String? {
            let source = Select(columns: values.map { OutputColumn($0.1) }, from: [], conditions: conditions)
            return audit(.insert(Insert(into: target(type), columns: values.map(\.0), source: source)))
        }
        let test = Expression.binary(.parameter(3), .equal, .parameter(1))
        #expect(insert("Site", [("tenant_id", .parameter(3))], [test]) == nil)
        #expect(insert("Site", [("tenant_id", .parameter(3))], [.equalsAny(.parameter(3), .parameter(2))]) == nil)
        #expect(insert("Site", [("tenant_id", .parameter(3))], []) == "Site")
        #expect(insert("Site", [("tenant_id", .parameter(4))], [test]) == "Site", "another value is tested")
        #expect(insert("Site", [("name", .parameter(3))], [test]) == "Site", "its tenant is what the table says")
        var elsewhere = target("Site")
        elsewhere.name = "payments"
        let source = Select(columns: [OutputColumn(.parameter(3))], from: [], conditions: [test])
        #expect(
            audit(.insert(Insert(into: elsewhere, columns: ["tenant_id"], source: source))) == "Site", "another table")
        let within = Expression.binary(.column(p0, "tenant_id"), .equal, .parameter(1))
        #expect(
            insert("TicketMessage", [("ticket_id", .parameter(3))], [path(from: .parameter(3), test: within)]) == nil)
        #expect(
            insert("TicketMessage", [("ticket_id", .parameter(3))], [path(from: .parameter(4), test: within)])
                == "TicketMessage")
        let reading = Select(
            columns: [OutputColumn(.parameter(3))], from: [table("Ticket", Alias("t", 1))], conditions: [test])
        #expect(
            audit(.insert(Insert(into: target("Site"), columns: ["tenant_id"], source: reading))) == "Ticket",
            "what it reads is looked at too")
        let bare = Select(columns: [], from: [table("Ticket", Alias("t", 1))])
        #expect(
            audit(
                .insert(
                    Insert(
                        into: target("Site"), columns: ["tenant_id"],
                        source: Select(columns: [OutputColumn(.parameter(3))], from: [], conditions: [test]),
                        returning: [OutputColumn(.exists(bare))]))) == "Ticket")
    }

    /// A row is its tenant's before and afterwards.
    @Test func changedRows() {
        let before = Expression.binary(.column(t0, "tenant_id"), .equal, .parameter(1))
        func update(_ assignments: [Assignment], _ conditions: [Expression]) -> String? {
            audit(.update(Update(target("Site"), set: assignments, conditions: conditions)))
        }
        #expect(update([Assignment("name", .parameter(3))], [before]) == nil)
        #expect(update([Assignment("name", .parameter(3))], []) == "Site")
        #expect(update([Assignment("tenant_id", .parameter(3))], [before]) == "Site", "it would leave its tenant")
        let after = Expression.equalsAny(.parameter(3), .parameter(2))
        #expect(update([Assignment("tenant_id", .parameter(3))], [before, after]) == nil)
        #expect(update([Assignment("tenant_id", .parameter(3))], [after]) == "Site", "it would be taken from another")
    }

    @Test func deletedRows() {
        let test = Expression.binary(.column(t0, "tenant_id"), .equal, .parameter(1))
        #expect(audit(.delete(Delete(from: target("Site"), conditions: [test]))) == nil)
        #expect(audit(.delete(Delete(from: target("Site"), conditions: []))) == "Site")
        #expect(
            audit(.delete(Delete(from: target("Site"), using: [table("Ticket", Alias("t", 1))], conditions: [test])))
                == "Ticket")
        var read = target("Site")
        read.purpose = .rows(type: "Site")
        #expect(audit(.delete(Delete(from: read, conditions: [test]))) == "Site", "a table is written as what it is")
    }
}
