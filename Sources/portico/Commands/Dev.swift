import ArgumentParser
import Glibc
import PorticoProject
import PorticoServer
import PostgresClient
import PostgresMigrations

struct Dev: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: """
            Serve the project while it is worked on, on a private database of its own: made, migrated and seeded on \
            first use.
            """,
        discussion: """
            The PostgreSQL cluster, its Unix socket and the secret of the tokens lie in .portico/, closed to other \
            users. Ctrl-C stops the gateway and the cluster. While it runs, the other commands use its database and its \
            secret unless others are named. Changes of schema, resolvers and access rules are taken up at once. With \
            --database-url an existing database is served, and not changed.
            """)

    @OptionGroup var place: ProjectOption
    @Option(
        name: .customLong("database-url"),
        help: ArgumentHelp("An existing database, as libpq takes it, instead of the private one.", valueName: "url"))
    var databaseURL: String?
    @Option(
        help: ArgumentHelp(
            """
            The port on 127.0.0.1; 0 lets the system choose. (default: PORTICO_PORT, or listener.port of \
            config/gateway.yaml, or 8080)
            """, valueName: "n"))
    var port: UInt16?
    @Option(
        help: ArgumentHelp(
            "Where the cluster, its socket and the secret lie. (default: .portico/ in the project)", valueName: "dir"))
    var dataDir: String?

    func run() throws {
        let account = try Account.toDropTo()
        let folder = DevFolder(project: place.project, chosen: dataDir, account: account)
        try folder.make()
        try folder.takeLock()
        if folder.isOutsideProject {
            let what = databaseURL == nil ? "the cluster lies" : "the secret of the tokens lies"
            let name = account?.name ?? "", closed = FileSystem.resolved(place.project)
            Terminal.note("portico: the user \(name) cannot enter \(closed), so \(what) in \(folder.path)")
        }
        let secret = try DevSecret.read(orMakeIn: folder)
        do throws(CommandFailure) {
            try folder.beLastUsed(on: place.project)
        } catch {
            Terminal.note("portico: other commands will not find this database and its secret: \(error.message)")
        }
        let project = try Project(place.project, dev: folder, database: databaseURL, secret: secret, port: port)
        // Reports problems of the files before starting a server for them.
        let api = try API(project)
        try api.prove()
        let migrations = project.hasMigrations ? try project.migrations() : nil
        try DevPort.check(project.configuration.listener)
        if databaseURL == nil {
            // On the main thread: the cluster ends with the thread that started it.
            let cluster = try DevCluster.start(in: folder) { Terminal.note("portico: \($0)") }
            do {
                try prepare(cluster, migrations, project)
                try serve(project, folder, migrations)
            } catch {
                cluster.stop()
                throw error
            }
            cluster.stop()
        } else {
            try sayMigrations(migrations, project)
            try serve(project, folder, migrations)
        }
    }

    private func serve(_ project: Project, _ folder: DevFolder, _ migrations: MigrationFolder?) throws {
        let first = try DevServer.Loaded(project)
        Server.prepareSignals()
        let greeting = try DevGreeting(project, first.api, psql: databaseURL == nil ? folder.connectionText : nil)
        let names = Set(migrations?.migrations.map(\.name) ?? [])
        let server = DevServer(project: project, migrations: names)
        try server.run(first) { port in Terminal.print(greeting.text(port: port)) }
    }

    // MARK: The database

    /// Creates the missing parts of the private database, its tables and the seed.
    private func prepare(_ cluster: DevCluster, _ migrations: MigrationFolder?, _ project: Project) throws {
        let maintenance = try ConnectionSettings(cluster.folder.maintenanceText)
        var connection: BlockingConnection?
        try cluster.waitUntilReady {
            connection = try? BlockingConnection(maintenance)
            return connection != nil
        }
        if let connection,
            try connection.query("SELECT 1 FROM pg_database WHERE datname = $1", parameters: [DevFolder.database]).rows
                .isEmpty
        {
            _ = try connection.query("CREATE DATABASE \(DevFolder.database)")
        }
        connection = nil
        guard let migrations else {
            return Terminal.note(
                """
                portico: the project has no migrations/, so its private database stays as it is, empty at first. \
                Write migrations/TIMESTAMP_NAME/migration.sql to make tables, or serve a database that has them by `portico dev --database-url URL`.
                """)
        }
        let database = try project.connect()
        try MigrationLedger(database.connection, events: Migrate.tell).apply(migrations)
        if FileSystem.exists("\(project.folder)/migrations/seed.sql") {
            try SeedLoader(database.connection).load(try project.seed())
        }
    }

    /// An existing database is not modified: missing migrations are only reported.
    private func sayMigrations(_ migrations: MigrationFolder?, _ project: Project) throws {
        let database = try project.connect()
        guard let migrations else {
            let target = database.target
            return Terminal.note("portico: the project has no migrations/: the database \(target) is served as it is.")
        }
        let statuses = try MigrationLedger(database.connection).status(of: migrations)
        let missing = statuses.count { if case .pending = $0.state { true } else { false } }
        if missing > 0 {
            Terminal.note(
                """
                portico: \(missing) of \(migrations.migrations.count) migrations are not applied to \(database.target); \
                `portico migrate --dry-run` with the same --database-url names them, and without --dry-run applies them.
                """)
        }
    }
}
