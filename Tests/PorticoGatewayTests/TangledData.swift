/// Three tenants (b below a, c apart) whose rows are tied across the borders wherever a foreign key
/// allows it: what isolation must cut. Every id and every text begins with its tenant's letter, so
/// that a leak shows in the answer.
enum TangledData {
    static let tenants = ["a", "b", "c"]

    static let sql = """
        TRUNCATE tenants CASCADE;
        INSERT INTO tenants (id, parent_id, name, domain) VALUES ('a', NULL, 'a-tenant', 'a.test'), ('b', 'a', 'b-tenant', 'b.test'), ('c', NULL, 'c-tenant', 'c.test');
        INSERT INTO users (id, tenant_id, email, password_hash, name, role)
            SELECT t || '-u' || n, t, t || n || '@x.test', '!', t || '-user', (ARRAY['agency_owner', 'agency_agent', 'client', 'client'])[n]::user_role
            FROM unnest(ARRAY['a', 'b', 'c']) t, generate_series(1, 4) n;
        INSERT INTO wordpress_sites (id, tenant_id, name, domain, plugins)
            SELECT t || '-s' || n, t, t || '-site', t || '-' || n || '.test', ARRAY[t || '-plugin'] FROM unnest(ARRAY['a', 'b', 'c']) t, generate_series(1, 3) n;
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, assignee_id, subject, description, status)
            SELECT t || '-k' || o || '-' || n, t, o || '-s' || n, o || '-u' || (1 + n), o || '-u1', t || '-subject', t || '-text', (ARRAY['open', 'closed', 'waiting'])[n]::ticket_status
            FROM unnest(ARRAY['a', 'b', 'c']) t, unnest(ARRAY['a', 'b', 'c']) o, generate_series(1, 3) n;
        INSERT INTO ticket_messages (id, ticket_id, author_id, body, internal)
            SELECT left(k.id, 1) || '-m' || k.id || o || n, k.id, o || '-u1', left(k.id, 1) || '-body', n = 2
            FROM tickets k, unnest(ARRAY['a', 'b', 'c']) o, generate_series(1, 2) n;
        INSERT INTO domains (id, tenant_id, site_id, name, registrar)
            SELECT t || '-d' || o, t, o || '-s1', t || '-' || o || '.domain', t || '-registrar' FROM unnest(ARRAY['a', 'b', 'c']) t, unnest(ARRAY['a', 'b', 'c']) o;
        INSERT INTO subscriptions (id, tenant_id, tier, amount, current_period_start, current_period_end)
            SELECT t || '-sub', t, 'starter', 1, '2025-01-01', '2025-02-01' FROM unnest(ARRAY['a', 'b', 'c']) t;
        INSERT INTO payments (id, tenant_id, subscription_id, amount, provider)
            SELECT t || '-p' || o, t, o || '-sub', 1, t || '-provider' FROM unnest(ARRAY['a', 'b', 'c']) t, unnest(ARRAY['a', 'b', 'c']) o;
        INSERT INTO notifications (id, user_id, kind, title) SELECT left(id, 1) || '-n' || id, id, left(id, 1) || '-kind', left(id, 1) || '-title' FROM users;
        INSERT INTO audit_logs (tenant_id, user_id, action, entity_type, entity_id)
            SELECT t, o || '-u1', t || '-action', t || '-type', t || '-entity' FROM unnest(ARRAY['a', 'b', 'c']) t, unnest(ARRAY['a', 'b', 'c']) o;
        ANALYZE;
        """
}
