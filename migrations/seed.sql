-- What a fresh database holds. Running it again changes nothing: every row has a fixed key, and one that is there already stays as it is.
-- The passwords are for development alone; the hashes are bcrypt with cost 10.

INSERT INTO tenants (id, parent_id, name, domain, tier, status) VALUES
    ('spotex-platform-001', NULL, 'Spotex SRL', 'spotex.local', 'enterprise', 'active'),
    ('agency-001', 'spotex-platform-001', 'Web Agency Italia', 'webagency1.com', 'professional', 'active'),
    ('agency-002', 'spotex-platform-001', 'Digital Studio Europe', 'digitalstudio.eu', 'business', 'active')
ON CONFLICT DO NOTHING;

INSERT INTO users (id, tenant_id, email, password_hash, name, role, status) VALUES
    -- admin123
    ('user-admin-001', 'spotex-platform-001', 'admin@spotex.local', '$2b$10$RWVjWzGDzmcyP4MmxlmLb.vTqlg5PFByZUgIAf2zzz5ZJrIvezafS',
     'Spotex Admin', 'super_admin', 'active'),
    -- agency123
    ('user-agency-001', 'agency-001', 'owner@webagency1.com', '$2b$10$49pFdRJLbUxhGrxCJAGob.ixM8bvb7mJ.eTcBvSBjpo4ddpUs5KZm',
     'Marco Rossi', 'agency_owner', 'active'),
    -- agency456
    ('user-agency-002', 'agency-002', 'owner@digitalstudio.eu', '$2b$10$aHDBUumKPqYZzA7ctAobr.ptwQbmZgp5AV.Uwtma1IWVKSQ2OIcma',
     'Laura Bianchi', 'agency_owner', 'active'),
    -- client123
    ('user-client-001', 'agency-001', 'cliente1@example.com', '$2b$10$eC0L8uimGmsciiCnR.g0cO0JzynQSwZVchIMwS20BwYjWigNwwEjm',
     'Giuseppe Verdi', 'client', 'active')
ON CONFLICT DO NOTHING;

INSERT INTO wordpress_sites
    (id, tenant_id, name, domain, status, wordpress_version, php_version, plugins, ssl_status, ssl_expires_at, backup_frequency, last_backup_at) VALUES
    ('site-001', 'agency-001', 'E-commerce Moda', 'ecommerce-moda.com', 'active', '6.4.2', '8.2', '{WooCommerce,"Yoast SEO",WPForms}',
     'active', now() + interval '90 days', 'daily', now() - interval '6 hours'),
    ('site-002', 'agency-001', 'Blog di Giuseppe', 'blog-giuseppe.com', 'active', '6.4.2', '8.1', '{Jetpack,Akismet}',
     'active', now() + interval '75 days', 'weekly', now() - interval '3 days')
ON CONFLICT DO NOTHING;

-- What is due is due from the moment a ticket was opened.
INSERT INTO tickets
    (id, tenant_id, site_id, creator_id, assignee_id, subject, description, priority, status, sla_response_due_at, sla_resolution_due_at, created_at, updated_at)
SELECT id, 'agency-001', site_id, 'user-client-001', 'user-agency-001', subject, description, priority::ticket_priority, status::ticket_status,
       opened_at + response, opened_at + resolution, opened_at, opened_at
FROM (VALUES
    ('ticket-001', 'site-001', 'Problema checkout WooCommerce', 'Al momento del pagamento il carrello si svuota e l''ordine non viene registrato.',
     'high', 'open', interval '2 hours', interval '4 hours', now() - interval '30 minutes'),
    ('ticket-002', 'site-002', 'Richiesta aggiornamento plugin', 'Vorrei aggiornare Jetpack e Akismet all''ultima versione.',
     'low', 'in_progress', interval '24 hours', interval '48 hours', now() - interval '5 hours')
) AS seed (id, site_id, subject, description, priority, status, response, resolution, opened_at)
ON CONFLICT DO NOTHING;

INSERT INTO ticket_messages (id, ticket_id, author_id, body, internal, created_at) VALUES
    ('message-001', 'ticket-001', 'user-client-001', 'Buongiorno, da questa mattina nessun cliente riesce a completare un acquisto.', false, now() - interval '25 minutes')
ON CONFLICT DO NOTHING;

INSERT INTO domains (id, tenant_id, site_id, name, registrar, status, expires_at, auto_renew, ssl_status, ssl_expires_at) VALUES
    ('domain-001', 'agency-001', 'site-001', 'ecommerce-moda.com', 'Aruba', 'active', now() + interval '300 days', true, 'active', now() + interval '90 days'),
    ('domain-002', 'agency-001', 'site-002', 'blog-giuseppe.com', 'Register.it', 'active', now() + interval '200 days', true, 'active', now() + interval '75 days')
ON CONFLICT DO NOTHING;

INSERT INTO subscriptions (id, tenant_id, tier, status, amount, currency, current_period_start, current_period_end) VALUES
    ('subscription-001', 'agency-001', 'professional', 'active', 99.00, 'EUR', now() - interval '10 days', now() + interval '20 days')
ON CONFLICT DO NOTHING;

INSERT INTO payments (id, tenant_id, subscription_id, amount, currency, status, provider, provider_reference, paid_at, created_at) VALUES
    ('payment-001', 'agency-001', 'subscription-001', 99.00, 'EUR', 'completed', 'stripe', 'pi_seed_001', now() - interval '10 days', now() - interval '10 days'),
    ('payment-002', 'agency-001', 'subscription-001', 99.00, 'EUR', 'pending', 'stripe', 'pi_seed_002', NULL, now() - interval '1 day')
ON CONFLICT DO NOTHING;

INSERT INTO notifications (id, user_id, kind, title, body, data, created_at) VALUES
    ('notification-001', 'user-agency-001', 'ticket_created', 'Nuovo ticket ad alta priorità', 'Problema checkout WooCommerce',
     '{"ticketId": "ticket-001", "priority": "high"}', now() - interval '30 minutes'),
    ('notification-002', 'user-client-001', 'ticket_received', 'Ticket ricevuto', 'Abbiamo ricevuto la tua richiesta e ti risponderemo al più presto.',
     '{"ticketId": "ticket-001"}', now() - interval '29 minutes')
ON CONFLICT DO NOTHING;
