import ArgumentParser
import Glibc
import PorticoConfiguration
import PorticoProject
import PorticoServer
import PostgresMigrations

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the gateway on an existing database.",
        discussion:
            "It starts whether or not the database can be reached, and serves as soon as it can. SIGTERM and SIGINT end it once the requests in flight are answered."
    )

    @OptionGroup var options: GlobalOptions
    @Option(
        help: ArgumentHelp(
            "The name or address to listen on. (default: PORTICO_HOST, or listener.host of config/gateway.yaml, or 127.0.0.1)",
            valueName: "host")) var host: String?
    @Option(
        help: ArgumentHelp(
            """
            The port to listen on; 0 lets the system choose. (default: PORTICO_PORT, or listener.port of \
            config/gateway.yaml, or 8080)
            """, valueName: "n"))
    var port: UInt16?
    @Option(
        help: ArgumentHelp(
            """
            How many loops serve it, each with its own connections to the database. (default: listener.workers of \
            config/gateway.yaml, or 1)
            """, valueName: "n"))
    var workers: Int?

    func validate() throws {
        if let workers, !(1...256).contains(workers) { throw ValidationError("--workers is a number from 1 to 256.") }
    }

    func run() throws {
        Server.prepareSignals()
        let project = try Project(options, flags: ConfigurationFlags(host: host, port: port, workers: workers))
        _ = try project.databaseText()
        let api = try API(project, asksDatabase: true)
        api.noteTenantProblems(project)
        try api.prove()
        try api.refuseForeignPaths(project)
        // A project without migrations serves a database that is managed elsewhere.
        let migrations = project.hasMigrations ? try project.migrations().migrations.map(\.name) : []
        try GatewayProcess.run(api.state(project, migrations: Set(migrations)))
    }
}
