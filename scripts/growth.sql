-- What scripts/growth fills its databases with; each part goes into one of its own. Every key scales with nothing but the numbers here and :tenants.

-- part data: as many :tenants, each with 10 users, 10 sites, 200 tickets and 1,000 messages
SET session_replication_role = replica;
INSERT INTO tenants (id, parent_id, name, domain) VALUES ('platform', NULL, 'Platform', 'platform.test');
INSERT INTO tenants (id, parent_id, name, domain, created_at) SELECT 't' || i, 'platform', 'Agency ' || i, 'agency' || i || '.test', timestamptz '2025-01-01' + i * interval '1 hour'
  FROM generate_series(1, :tenants) i;
INSERT INTO users (id, tenant_id, email, password_hash, name, role) VALUES ('admin', 'platform', 'admin@platform.test', '!', 'Admin', 'super_admin');
INSERT INTO users (id, tenant_id, email, password_hash, name, role) SELECT 't' || i || '-u' || u, 't' || i, 'u' || u || '@agency' || i || '.test', '!', 'User ' || u || ' of ' || i,
  (CASE WHEN u = 0 THEN 'agency_owner' WHEN u < 4 THEN 'agency_agent' ELSE 'client' END)::user_role FROM generate_series(1, :tenants) i, generate_series(0, 9) u;
INSERT INTO wordpress_sites (id, tenant_id, name, domain, status, created_at) SELECT 't' || i || '-s' || s, 't' || i, 'Site ' || s, 's' || s || '.agency' || i || '.test',
  (ARRAY['active','active','active','deploying','suspended'])[1 + (i + s) % 5]::site_status, timestamptz '2025-02-01' + (i * 10 + s) * interval '1 minute'
  FROM generate_series(1, :tenants) i, generate_series(0, 9) s;
INSERT INTO tickets (id, tenant_id, site_id, creator_id, assignee_id, subject, description, priority, status, created_at) SELECT 't' || i || '-s' || s || '-k' || k, 't' || i, 't' || i || '-s' || s,
  't' || i || '-u' || 4 + k % 6, CASE WHEN k % 3 > 0 THEN 't' || i || '-u' || k % 4 END, 'Problem "' || k || '" on site ' || s, 'What problem number ' || k || E' is.\nA second line.',
  (ARRAY['low','medium','high','urgent'])[1 + (s + k) % 4]::ticket_priority, (ARRAY['open','in_progress','waiting','resolved','closed'])[1 + (i + k) % 5]::ticket_status,
  timestamptz '2025-03-01' + ((i * 7919 + s * 104729 + k * 1299709) % 10000000) * interval '1 second'
  FROM generate_series(1, :tenants) i, generate_series(0, 9) s, generate_series(0, 19) k;
INSERT INTO ticket_messages (id, ticket_id, author_id, body, internal, created_at) SELECT t.id || '-m' || m, t.id, CASE WHEN m % 2 = 0 THEN t.creator_id ELSE t.tenant_id || '-u' || m % 4 END,
  'Message ' || m || ': good morning, the basket does not work. "Thanks" \ regards.', m = 3, t.created_at + m * interval '17 minutes' FROM tickets t, generate_series(0, 4) m;
INSERT INTO domains (id, tenant_id, site_id, name) SELECT 'd-' || id, tenant_id, id, domain FROM wordpress_sites;
INSERT INTO subscriptions (id, tenant_id, tier, amount, current_period_start, current_period_end) SELECT 'sub-' || id, id, tier, 49.90, '2025-03-01', '2025-04-01' FROM tenants;
INSERT INTO payments (id, tenant_id, subscription_id, amount) SELECT 'pay-' || id || '-' || n, id, 'sub-' || id, 49.90 + n FROM tenants, generate_series(0, 5) n;
INSERT INTO notifications (id, user_id, kind, title, created_at) SELECT 'n-' || id || '-' || n, id, 'ticket', 'Notification ' || n, timestamptz '2025-03-01' + n * interval '1 hour' FROM users, generate_series(0, 2) n;
INSERT INTO audit_logs (tenant_id, user_id, action, entity_type, entity_id, created_at) SELECT tenant_id, creator_id, 'create', 'Ticket', id, created_at FROM tickets WHERE id LIKE '%-k0';

-- part tenants: many with one user each
INSERT INTO tenants (id, parent_id, name, domain) VALUES ('platform', NULL, 'Platform', 'platform.test');
INSERT INTO tenants (id, parent_id, name, domain) SELECT 't' || i, 'platform', 'Agency ' || i, 'agency' || i || '.test' FROM generate_series(1, 10000) i;
INSERT INTO users (id, tenant_id, email, password_hash, name, role) SELECT 't' || i || '-u0', 't' || i, 'u0@agency' || i || '.test', '!', 'Owner of ' || i, 'agency_owner' FROM generate_series(1, 10000) i;

-- part answers: one tenant with many short rows, one with few long texts
INSERT INTO tenants (id, parent_id, name, domain) VALUES ('platform', NULL, 'Platform', 'platform.test'), ('t1', 'platform', 'Agency', 'agency.test'), ('t2', 'platform', 'Texts', 'texts.test');
INSERT INTO users (id, tenant_id, email, password_hash, name, role) SELECT 't' || i || '-u' || u, 't' || i, 'u' || u || '@' || i || '.test', '!', 'User ' || u || ' of ' || i,
  (CASE WHEN u = 0 THEN 'agency_owner' ELSE 'client' END)::user_role FROM generate_series(1, 2) i, generate_series(0, 9) u;
INSERT INTO wordpress_sites (id, tenant_id, name, domain) SELECT 's' || s, 't1', 'Site ' || s, 's' || s || '.test' FROM generate_series(1, 600) s;
INSERT INTO tickets (id, tenant_id, site_id, creator_id, assignee_id, subject, description) SELECT 's' || s || '-k' || k, 't1', 's' || s, 't1-u' || k % 10, 't1-u0', 'Problem ' || k,
  'What problem number ' || k || ' is.' FROM generate_series(1, 600) s, generate_series(1, 100) k;
INSERT INTO ticket_messages (id, ticket_id, author_id, body) SELECT t.id || '-m' || m, t.id, t.creator_id, 'Message ' || m || ': good morning, the basket does not work. "Thanks" \ regards.'
  FROM tickets t, generate_series(0, 4) m;
INSERT INTO tickets (id, tenant_id, creator_id, subject, description) SELECT 'text-' || k, 't2', 't2-u0', 'Text', (SELECT string_agg(md5((k * 320 + n)::text), ' ') FROM generate_series(1, 320) n)
  FROM generate_series(1, 5500) k;
INSERT INTO payments (id, tenant_id, amount, created_at) SELECT 'pay-' || n, 't1', n, timestamptz '2025-01-01' + n * interval '1 minute' FROM generate_series(1, 400000) n;
