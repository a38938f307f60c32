-- The first state of the Spotex database. Together with _prisma_migrations, which `portico migrate` creates before it
-- runs this file, the database then has 11 tables, 37 indexes and 17 foreign keys.
-- Keys are texts: readable ones and UUIDs may stand in one column.

CREATE TYPE tenant_tier         AS ENUM ('starter', 'professional', 'business', 'enterprise');
CREATE TYPE tenant_status       AS ENUM ('active', 'suspended', 'cancelled');
CREATE TYPE user_role           AS ENUM ('super_admin', 'agency_owner', 'agency_agent', 'client');
CREATE TYPE user_status         AS ENUM ('active', 'invited', 'disabled');
CREATE TYPE site_status         AS ENUM ('deploying', 'active', 'suspended', 'error', 'archived');
CREATE TYPE ssl_status          AS ENUM ('none', 'pending', 'active', 'expired');
CREATE TYPE backup_frequency    AS ENUM ('none', 'daily', 'weekly', 'monthly');
CREATE TYPE ticket_priority     AS ENUM ('low', 'medium', 'high', 'urgent');
CREATE TYPE ticket_status       AS ENUM ('open', 'in_progress', 'waiting', 'resolved', 'closed');
CREATE TYPE domain_status       AS ENUM ('pending', 'active', 'expired', 'transferring');
CREATE TYPE subscription_status AS ENUM ('trialing', 'active', 'past_due', 'cancelled');
CREATE TYPE payment_status      AS ENUM ('pending', 'completed', 'failed', 'refunded');

CREATE TABLE tenants (
    id          text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    parent_id   text REFERENCES tenants (id) ON DELETE RESTRICT,          -- null at the top
    name        text NOT NULL,
    domain      text NOT NULL,
    tier        tenant_tier NOT NULL DEFAULT 'starter',
    status      tenant_status NOT NULL DEFAULT 'active',
    settings    jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id            text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    tenant_id     text NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    email         text NOT NULL,
    password_hash text NOT NULL,                                          -- bcrypt; in no type of the API
    name          text NOT NULL,
    role          user_role NOT NULL DEFAULT 'client',
    status        user_status NOT NULL DEFAULT 'active',
    last_login_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE wordpress_sites (
    id                text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    tenant_id         text NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    name              text NOT NULL,
    domain            text NOT NULL,
    status            site_status NOT NULL DEFAULT 'deploying',
    wordpress_version text,
    php_version       text,
    plugins           text[] NOT NULL DEFAULT '{}',
    ssl_status        ssl_status NOT NULL DEFAULT 'none',
    ssl_expires_at    timestamptz,
    backup_frequency  backup_frequency NOT NULL DEFAULT 'daily',
    last_backup_at    timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tickets (
    id                    text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    tenant_id             text NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    site_id               text REFERENCES wordpress_sites (id) ON DELETE SET NULL,
    creator_id            text NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    assignee_id           text REFERENCES users (id) ON DELETE SET NULL,
    subject               text NOT NULL,
    description           text NOT NULL DEFAULT '',
    priority              ticket_priority NOT NULL DEFAULT 'medium',
    status                ticket_status NOT NULL DEFAULT 'open',
    sla_response_due_at   timestamptz,
    sla_resolution_due_at timestamptz,
    first_response_at     timestamptz,
    resolved_at           timestamptz,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ticket_messages (
    id          text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    ticket_id   text NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    author_id   text NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    body        text NOT NULL,
    internal    boolean NOT NULL DEFAULT false,                           -- a note among the agency, hidden from clients
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE domains (
    id             text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    tenant_id      text NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    site_id        text REFERENCES wordpress_sites (id) ON DELETE SET NULL,
    name           text NOT NULL,
    registrar      text,
    status         domain_status NOT NULL DEFAULT 'pending',
    expires_at     timestamptz,
    auto_renew     boolean NOT NULL DEFAULT true,
    ssl_status     ssl_status NOT NULL DEFAULT 'none',
    ssl_expires_at timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE subscriptions (
    id                   text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    tenant_id            text NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    tier                 tenant_tier NOT NULL,
    status               subscription_status NOT NULL DEFAULT 'trialing',
    amount               numeric(12,2) NOT NULL,
    currency             char(3) NOT NULL DEFAULT 'EUR',
    current_period_start timestamptz NOT NULL,
    current_period_end   timestamptz NOT NULL,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE payments (
    id                 text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    tenant_id          text NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    subscription_id    text REFERENCES subscriptions (id) ON DELETE SET NULL,
    amount             numeric(12,2) NOT NULL,
    currency           char(3) NOT NULL DEFAULT 'EUR',
    status             payment_status NOT NULL DEFAULT 'pending',
    provider           text,
    provider_reference text,
    paid_at            timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE notifications (
    id         text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    user_id    text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       text NOT NULL,
    title      text NOT NULL,
    body       text NOT NULL DEFAULT '',
    data       jsonb NOT NULL DEFAULT '{}',
    read_at    timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit_logs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id   text REFERENCES tenants (id) ON DELETE SET NULL,
    user_id     text REFERENCES users (id) ON DELETE SET NULL,
    action      text NOT NULL,
    entity_type text NOT NULL,
    entity_id   text,
    changes     jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- One index for each foreign key. It ends with the default order of the list that hangs on the key, so that the first rows
-- of each parent are read without a sort.
CREATE INDEX        tenants_parent_id_idx          ON tenants (parent_id);
CREATE INDEX        users_tenant_id_idx            ON users (tenant_id, id);
CREATE INDEX        wordpress_sites_tenant_id_idx  ON wordpress_sites (tenant_id, created_at DESC, id);
CREATE INDEX        tickets_tenant_id_idx          ON tickets (tenant_id, created_at DESC, id);
CREATE INDEX        tickets_site_id_idx            ON tickets (site_id, created_at DESC, id);
CREATE INDEX        tickets_creator_id_idx         ON tickets (creator_id, created_at DESC, id);
CREATE INDEX        tickets_assignee_id_idx        ON tickets (assignee_id, created_at DESC, id);
CREATE INDEX        ticket_messages_ticket_id_idx  ON ticket_messages (ticket_id, created_at, id);
CREATE INDEX        ticket_messages_author_id_idx  ON ticket_messages (author_id);
CREATE INDEX        domains_tenant_id_idx          ON domains (tenant_id, name);
CREATE INDEX        domains_site_id_idx            ON domains (site_id, name);
CREATE UNIQUE INDEX subscriptions_tenant_id_key    ON subscriptions (tenant_id);
CREATE INDEX        payments_tenant_id_idx         ON payments (tenant_id, created_at DESC, id);
CREATE INDEX        payments_subscription_id_idx   ON payments (subscription_id);
CREATE INDEX        notifications_user_id_idx      ON notifications (user_id, created_at DESC, id);
CREATE INDEX        audit_logs_tenant_id_idx       ON audit_logs (tenant_id, created_at DESC, id);
CREATE INDEX        audit_logs_user_id_idx         ON audit_logs (user_id);

-- For look-ups by domain and by e-mail address, for what is open or due, and for periods.
CREATE UNIQUE INDEX tenants_domain_key              ON tenants (domain);
CREATE UNIQUE INDEX users_email_key                 ON users (lower(email));
CREATE UNIQUE INDEX wordpress_sites_domain_key      ON wordpress_sites (domain);
CREATE UNIQUE INDEX domains_name_key                ON domains (name);
CREATE INDEX        tickets_tenant_id_status_idx    ON tickets (tenant_id, status, created_at DESC, id);
CREATE INDEX        tickets_sla_resolution_due_idx  ON tickets (sla_resolution_due_at) WHERE status NOT IN ('resolved', 'closed');
CREATE INDEX        domains_expires_at_idx          ON domains (expires_at);
CREATE INDEX        payments_status_created_at_idx  ON payments (status, created_at);
CREATE INDEX        audit_logs_entity_idx           ON audit_logs (entity_type, entity_id, created_at DESC);
