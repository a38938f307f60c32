/// One of the four kinds of request that Portico is measured by, on rows that ``sql`` makes.
public enum Workload: String, CaseIterable, Sendable {
    /// Four levels of some rows each.
    case nested
    /// One row by its key.
    case point
    /// A long filtered list whose rows look up three others each.
    case inbox
    /// Nearly all that one tenant has.
    case export

    public var document: String {
        switch self {
        case .nested:
            "query CostNested($tenant: ID!) { tenant(id: $tenant) { id name sites(first: 10) { id domain status "
                + "tickets(first: 10) { id subject priority status createdAt messages(first: 5) { id body createdAt } } } } }"
        case .point: "query CostPoint($tenant: ID!) { tenant(id: $tenant) { id name tier createdAt } }"
        case .inbox:
            "query CostInbox($tenant: ID!) { tickets(where: {tenantId: {eq: $tenant}, status: {eq: OPEN}}, first: 50) { "
                + "id subject priority createdAt site { domain } creator { name } assignee { name } } }"
        case .export:
            "query CostExport($tenant: ID!) { tenant(id: $tenant) { sites(first: 10) { id tickets(first: 20) { id subject description priority status createdAt updatedAt "
                + "creator { id name email } messages(first: 100) { id body internal createdAt author { id name } } } } } }"
        }
    }

    /// The loads of its plan, each of which finds rows.
    public var loads: Int {
        switch self {
        case .nested: 4
        case .point: 1
        case .inbox: 4
        case .export: 6
        }
    }

    /// The rows that they bring.
    public var rows: Int {
        switch self {
        case .nested: 1 + 10 + 100 + 500
        case .point: 1
        // Fifty tickets of four sites, by two creators, with one assignee.
        case .inbox: 50 + 7
        // Three creators, and the same as authors.
        case .export: 1 + 10 + 200 + 1000 + 3 + 3
        }
    }

    /// As a client sends it.
    public var body: String { #"{"query":"\#(document)","variables":{"tenant":"cost-1"}}"# }

    public static let tenants = 3
    public static let sitesPerTenant = 10
    public static let ticketsPerSite = 20
    public static let messagesPerTicket = 5

    /// Tenants `cost-1` to `cost-3`, each with an owner `cost-1-owner`, beside whatever else there
    /// is.
    public static let sql = """
        INSERT INTO tenants (id, name, domain) SELECT 'cost-' || t, 'Costly ' || t, 'cost' || t || '.test' FROM generate_series(1, \(tenants)) t;
        INSERT INTO users (id, tenant_id, email, password_hash, name, role)
            SELECT 'cost-' || t || '-' || role, 'cost-' || t, role || t || '@cost.test', '!', initcap(role) || ' ' || t, CASE role WHEN 'owner' THEN 'agency_owner' ELSE 'client' END::user_role
            FROM generate_series(1, \(tenants)) t, unnest(ARRAY['owner', 'first', 'second', 'third']) role;
        INSERT INTO wordpress_sites (id, tenant_id, name, domain)
            SELECT 'cost-' || t || '-s' || s, 'cost-' || t, 'Site ' || s, 's' || s || '.cost' || t || '.test' FROM generate_series(1, \(tenants)) t, generate_series(1, \(sitesPerTenant)) s;
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, assignee_id, subject, description, status)
            SELECT s.id || '-k' || k, s.tenant_id, s.id, s.tenant_id || '-' || (ARRAY['first', 'second', 'third'])[1 + k % 3], s.tenant_id || '-owner',
                'Subject "' || k || '"', E'What is wrong with it.\\nA second line.', CASE WHEN k % 3 = 0 THEN 'closed' ELSE 'open' END::ticket_status
            FROM wordpress_sites s, generate_series(1, \(ticketsPerSite)) k WHERE s.id LIKE 'cost-%';
        INSERT INTO ticket_messages (id, ticket_id, author_id, body)
            SELECT k.id || '-m' || m, k.id, k.creator_id, 'Message ' || m || ': it still does not work.' FROM tickets k, generate_series(1, \(messagesPerTicket)) m WHERE k.id LIKE 'cost-%';
        ANALYZE;
        """
}
