@testable import PorticoCatalog
import Testing

@Suite struct NamingTests {
    @Test(arguments: [
        ("wordpressVersion", "wordpress_version"), ("id", "id"), ("siteId", "site_id"),
        ("slaResponseDueAt", "sla_response_due_at"), ("SslStatus", "ssl_status"), ("SSLStatus", "ssl_status"),
        ("userID", "user_id"), ("address2Line", "address2_line"), ("TicketStatus", "ticket_status"),
        ("created_at", "created_at"), ("Created_At", "created_at"), ("HTTP", "http"), ("", ""),
    ]) func columnsAreSnakeCase(_ name: String, _ expected: String) { #expect(snakeCase(name) == expected) }

    @Test func keysAreNamedAfterTheirType() {
        #expect(keyFieldName(of: "Ticket") == "ticketId")
        #expect(keyFieldName(of: "TenantSubscription") == "tenantSubscriptionId")
    }

    @Test(
        arguments: [
            ("text", ColumnType.text), ("bigint", .int8), ("text[]", .array(.text)), ("jsonb[]", nil), ("txt", nil),
            ("text[][]", nil), ("char", .bpchar),
        ] as [(String, ColumnType?)])
    func columnTypesHaveTheirNames(_ name: String, _ type: ColumnType?) { #expect(ColumnType(named: name) == type) }
}
