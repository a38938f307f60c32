import ArgumentParser
import Diagnostics
import JSONBytes
import PorticoProject
import PostgresMigrations

struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the database: connection, migrations, counts, relations, isolation, and grants.",
        discussion: "What is checked stands in config/health.yaml. The exit status is 0 when every check has passed.")

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Print the report as JSON.") var json = false

    func run() throws {
        let project = try Project(options)
        let path = "\(options.project)/\(HealthConfiguration.path)"
        let checks: HealthConfiguration
        do throws(Diagnostics) {
            let bytes = FileSystem.exists(path) ? try Self.read(path) : Array("{}".utf8)
            checks = try HealthConfigurationReader.read(SourceText(name: HealthConfiguration.path, bytes: bytes))
        } catch {
            throw CommandFailure(error, project: options.project)
        }
        let api = try API(project, asksDatabase: true)
        let migrations = project.hasMigrations ? try project.migrations() : nil
        let text = try project.databaseText()
        var report = HealthReport()
        do throws(CommandFailure) {
            let database = try Database(text)
            var run = HealthRun(
                configuration: checks, project: project, api: api, database: database, migrations: migrations)
            do throws(SQLFailure) {
                try run.run()
                report = run.report
            } catch {
                report = run.report
                report.add(.connection, "connection", passed: false, "lost while checking: \(error)")
            }
        } catch {
            guard error.status == .notInOrder else { throw error }
            report.add(.connection, "connection", passed: false, error.message)
        }
        if json { Terminal.print(report.json) } else { Terminal.print(report.text) }
        if !report.isHealthy { throw CommandFailure.reported }
    }

    private static func read(_ path: String) throws(Diagnostics) -> [UInt8] {
        do throws(CommandFailure) {
            return try FileSystem.bytes(of: path)
        } catch {
            throw Diagnostics([Diagnostic(error.message, file: HealthConfiguration.path)])
        }
    }
}
