import ArgumentParser
import Glibc
import PorticoServer
import PostgresClient
import PostgresMigrations

struct Dev: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the project on a private database of its own: made, migrated and seeded on first use.",
        discussion: """
            The PostgreSQL cluster, its Unix socket and the secret of the tokens lie in .portico/, closed to other users. Ctrl-C stops the gateway and the cluster. \
            While it runs, the other commands use its database unless another is named.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 lets the system choose. (default: PORTICO_PORT, or listener.port of config/gateway.yaml, or 8080)", valueName: "n")) var port: UInt16?
    @Option(help: ArgumentHelp("Where the cluster, its socket and the secret lie. (default: .portico/ in the project)", valueName: "dir")) var dataDir: String?

    func validate() throws {
        if options.databaseURL != nil { throw ValidationError("dev brings its own database; to serve another, use `portico serve --database-url URL`.") }
    }

    func run() throws {
        let account = try Account.toDropTo()
        let folder = DevFolder(project: options.project, chosen: dataDir, account: account)
        try folder.make()
        try folder.takeLock()
        if folder.isOutsideProject {
            Terminal.note("portico: the user \(account?.name ?? "") cannot enter \(FileSystem.resolved(options.project)), so the cluster lies in \(folder.path)")
        }
        let project = try Project(options, dev: folder, secret: try DevSecret.read(orMakeIn: folder), port: port)
        // What is wrong with the files is said before a server is started for them.
        let api = try API(project)
        try api.prove()
        let migrations = try project.migrations()
        api.noteTenantProblems(project)
        try DevPort.check(project.configuration.listener)

        // On this thread, the main one: the cluster ends with the thread that started it.
        let cluster = try DevCluster.start(in: folder) { Terminal.note("portico: \($0)") }
        do {
            try prepare(cluster, migrations, project)
            let served = try API(project, asksDatabase: true)
            try served.refuseForeignPaths(project)
            Server.prepareSignals()
            let greeting = try DevGreeting(project, served.policy, folder)
            var state = served.state(project, migrations: migrations.migrations.map(\.name))
            // It lives as long as its terminal.
            state.readsAgainOnHangup = false
            try GatewayProcess.run(state) { port in
                Terminal.print(greeting.text(port: port))
            }
        } catch {
            cluster.stop()
            throw error
        }
        cluster.stop()
    }

    /// The database, its tables and the seed: whatever is missing of them.
    private func prepare(_ cluster: DevCluster, _ migrations: MigrationFolder, _ project: Project) throws {
        let maintenance = try ConnectionSettings(cluster.folder.maintenanceText)
        var connection: BlockingConnection?
        try cluster.waitUntilReady {
            connection = try? BlockingConnection(maintenance)
            return connection != nil
        }
        if let connection, try connection.query("SELECT 1 FROM pg_database WHERE datname = $1", parameters: [DevFolder.database]).rows.isEmpty {
            _ = try connection.query("CREATE DATABASE \(DevFolder.database)")
        }
        connection = nil
        let database = try project.connect()
        try MigrationLedger(database.connection, events: Migrate.tell).apply(migrations)
        if FileSystem.exists("\(options.project)/migrations/seed.sql") { try SeedLoader(database.connection).load(try project.seed()) }
    }
}
