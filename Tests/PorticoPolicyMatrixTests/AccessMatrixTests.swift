import PorticoAccess
import PorticoPolicyMatrix
import TestFixtures
import Testing

@Suite struct AccessMatrixTests {
    private func block(_ matrix: AccessMatrix, _ section: Int, _ type: String) throws -> AccessMatrix.TypeBlock {
        try #require(matrix.sections[section].types.first { $0.type == type })
    }

    private func access(
        _ matrix: AccessMatrix, _ section: Int, _ role: String, _ type: String, _ field: String
    ) throws -> AccessMatrix.FieldAccess {
        let column = try #require(matrix.sections[section].roles.firstIndex { $0.name == role }),
            block = try block(matrix, section, type)
        return block.columns[column].access[try #require(block.fields.firstIndex(of: field))]
    }

    @Test func everyKindOfTenantIsThereOnce() throws {
        let matrix = AccessMatrix(
            try ReviewRules.spotex(tenants: [
                ("agency-003", "client: { User: { read: { hide: [role] } } }"), ("agency-004", "{}"),
                ("agency-005", "client: { Nothing: {} }"),
            ]))
        #expect(
            matrix.sections.map(\.tenants.description) == [
                "every tenant but agency-001, agency-002, agency-003", "agency-001, agency-003", "agency-002",
            ])
        #expect(
            matrix.sections[0].roles.map(\.name) == [
                "super_admin", "agency_owner", "agency_agent", "client", "anonymous",
            ])
        #expect(
            matrix.sections[0].roles.map(\.reach) == [
                "all tenants", "its tenant and all below it", "its own tenant", "its own tenant", "no tenant",
            ])
        #expect(matrix.sections[0].types.count == 10)
    }

    @Test func cellsAreWhatTheRulesSay() throws {
        let matrix = AccessMatrix(try ReviewRules.spotex())
        #expect(try access(matrix, 0, "client", "Ticket", "assigneeId") == .hidden)
        #expect(try access(matrix, 0, "client", "Ticket", "slaResponseDueAt") == .read)
        #expect(try access(matrix, 2, "client", "Ticket", "slaResponseDueAt") == .hidden)
        #expect(try access(matrix, 0, "agency_agent", "Payment", "amount") == .optional)
        #expect(try access(matrix, 0, "agency_agent", "Payment", "subscription") == .hidden)
        #expect(try access(matrix, 2, "agency_agent", "Payment", "amount") == .read)
        #expect(try access(matrix, 1, "client", "User", "role") == .hidden)
        #expect(
            try block(matrix, 2, "Ticket").columns[3].rows == "creatorId is the viewer's id, and status is not CLOSED")
        // The schema's order, and nothing that is derived.
        #expect(
            try block(matrix, 0, "TicketMessage").fields == [
                "id", "ticketId", "authorId", "body", "internal", "createdAt", "ticket", "author",
            ])
    }

    @Test func oneTenantIsOneSection() throws {
        let matrix = AccessMatrix(try ReviewRules.spotex(), tenant: "agency-002")
        #expect(matrix.sections.map(\.tenants.named) == [["agency-002"]])
        #expect(AccessMatrix(try ReviewRules.spotex(), tenant: "a-tenant-without-rules").sections.count == 1)
    }

    @Test(arguments: [80, 100, 120, 160]) func linesAreNoWiderThanTheTerminal(_ width: Int) throws {
        let long =
            "client: { Ticket: { read: { rows: { or: [{ status: { in: [OPEN, WAITING, IN_PROGRESS] } }, { site: { name: { iContains: a-rather-long-name } } }, { priority: { eq: URGENT } }] } } } }"
        let text = AccessMatrix(try ReviewRules.spotex(tenants: [("agency-002", long)])).text(width: width)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
        for part in [
            "client: rows where creatorId is the viewer's id", "isolation: ticket.tenantId",
            "only where the tenant's file grants it", "agency-002, where they differ",
            "super_admin   reaches all tenants",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        // Only what differs stands in the sections after the first.
        #expect(text.components(separatedBy: "\nDomain  (").count == 2)
    }

    @Test func csvIsReadByOthers() throws {
        let csv = AccessMatrix(try ReviewRules.spotex()).csv()
        let lines = csv.components(separatedBy: "\r\n")
        #expect(lines[0] == "tenants,role,reach,type,isolation,field,access,optional,rows")
        #expect(
            lines.contains(
                "agency-002,client,its own tenant,Ticket,tenantId,slaResponseDueAt,hidden,no,\"creatorId is the viewer's id, and status is not CLOSED\""
            ))
        #expect(
            lines.contains(
                "tenants without rules of their own,agency_agent,its own tenant,Payment,tenantId,amount,optional,yes,"))
        #expect(lines.last == "" && !csv.replacing("\r\n", with: "").contains("\n"))
    }

    @Test func noNameRunsAnythingInASpreadsheetOrABrowser() throws {
        let rows = "client: { User: { read: { rows: { name: { eq: \"<script>alert('x')</script>\\\"&\" } } } } }"
        let matrix = AccessMatrix(try ReviewRules.spotex(tenants: [("=cmd()", rows)]))
        #expect(matrix.csv().contains("\r\n'=cmd(),client"))
        let page = matrix.html(title: "a < b")
        #expect(
            !page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;x&#39;)")
                && page.contains("<title>a &lt; b</title>"))
    }

    @Test func thePageNeedsNothingElse() throws {
        let page = AccessMatrix(try ReviewRules.spotex()).html(title: "Access rules")
        for word in ["http://", "https://", "src=", "<link", "@import", "url("] {
            #expect(!page.contains(word), "\(word)")
        }
        for word in [
            "<html lang=\"en\">", "<caption", "scope=\"col\"", "scope=\"row\"", "prefers-color-scheme: dark",
            "@media print", "Content-Security-Policy",
        ] { #expect(page.contains(word), "\(word)") }
        for tag in [
            "table", "tr", "thead", "tbody", "section", "div", "nav", "main", "ul", "li", "dl", "td", "caption",
        ] {
            #expect(
                page.components(separatedBy: "<\(tag)>").count + page.components(separatedBy: "<\(tag) ").count - 1
                    == page.components(separatedBy: "</\(tag)>").count, "\(tag)")
        }
    }
}
