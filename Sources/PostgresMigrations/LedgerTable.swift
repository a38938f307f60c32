/// The table `_prisma_migrations` in the connection's schema, with exactly Prisma's definition.
struct LedgerTable {
    private let session: MigrationSession
    private let schema: String
    private let name: String

    /// Determines the schema first: a migration may change the search path.
    init(_ session: MigrationSession) throws(MigrationError) {
        self.session = session
        guard let row = try session.rows("SELECT current_schema(), quote_ident(current_schema())").first,
            let schema = row[0], let quoted = row[1]
        else {
            throw .database(
                SQLFailure(
                    sqlState: "3F000",
                    message:
                        "The search path of the connection names no schema that exists, so there is no place for tables."
                ))
        }
        self.schema = schema
        name = "\(quoted)._prisma_migrations"
    }

    func make() throws(MigrationError) {
        guard try !isThere() else { return }
        try session.execute(
            """
            CREATE TABLE \(name) (
                id                  varchar(36) PRIMARY KEY,
                checksum            varchar(64) NOT NULL,
                finished_at         timestamptz,
                migration_name      varchar(255) NOT NULL,
                logs                text,
                rolled_back_at      timestamptz,
                started_at          timestamptz NOT NULL DEFAULT now(),
                applied_steps_count integer NOT NULL DEFAULT 0
            )
            """)
    }

    /// The rows that were not rolled back, oldest first; `nil` without such a table.
    func rowsIfThere() throws(MigrationError) -> [LedgerRow]? {
        guard try isThere() else { return nil }
        let rows = try session.rows(
            """
            SELECT id, migration_name, checksum, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                   to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), logs
            FROM \(name) WHERE rolled_back_at IS NULL ORDER BY started_at, id
            """)
        return rows.map {
            LedgerRow(
                table: name, id: $0[0] ?? "", name: $0[1] ?? "", checksum: $0[2] ?? "", startedAt: $0[3] ?? "",
                finishedAt: $0[4], logs: $0[5])
        }
    }

    /// The tables of the schema that are neither ours nor an extension's.
    func otherTables() throws(MigrationError) -> [String] {
        let rows = try session.rows(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1
            """, [schema])
        return rows.compactMap { $0[0] }
    }

    /// Within the migration's transaction, whose start is the migration's.
    func recordFinished(_ migration: Migration, steps: Int) throws(MigrationError) {
        _ = try session.rows(
            """
            INSERT INTO \(name) (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
            VALUES (gen_random_uuid()::text, $1, $2, now(), clock_timestamp(), \(steps))
            """, [migration.checksum, migration.name])
    }

    /// The key of the new row.
    func recordStarted(_ migration: Migration) throws(MigrationError) -> String {
        let rows = try session.rows(
            """
            INSERT INTO \(name) (id, checksum, migration_name) VALUES (gen_random_uuid()::text, $1, $2) RETURNING id
            """, [migration.checksum, migration.name])
        return rows.first?.first.flatMap(\.self) ?? ""
    }

    func recordFinish(of id: String) throws(MigrationError) {
        _ = try session.rows(
            "UPDATE \(name) SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1", [id])
    }

    func recordFailure(_ id: String, _ logs: String) throws(MigrationError) {
        _ = try session.rows("UPDATE \(name) SET logs = $2 WHERE id = $1", [id, logs])
    }

    /// For a migration whose transaction failed: the row that Prisma's tools write and expect.
    func recordRolledBackRun(of migration: Migration, startedAt: String, _ failure: SQLFailure) throws(MigrationError) {
        _ = try session.rows(
            """
            INSERT INTO \(name) (id, checksum, migration_name, started_at, logs)
            VALUES (gen_random_uuid()::text, $1, $2, $3::timestamptz, $4)
            """, [migration.checksum, migration.name, startedAt, "\(failure)\n\(FailedMigration.nothingStayed)"])
    }

    /// Marks a failed run as resolved.
    func recordRolledBack(_ id: String) throws(MigrationError) {
        _ = try session.rows("UPDATE \(name) SET rolled_back_at = clock_timestamp() WHERE id = $1", [id])
    }

    /// The time in a form that PostgreSQL parses.
    func now() throws(MigrationError) -> String {
        try session.rows("SELECT clock_timestamp()::text").first?.first.flatMap(\.self) ?? "now"
    }

    private func isThere() throws(MigrationError) -> Bool {
        try session.rows("SELECT to_regclass($1) IS NOT NULL", [name]).first?.first == "t"
    }
}
