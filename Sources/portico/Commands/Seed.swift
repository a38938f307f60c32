import ArgumentParser
import PorticoProject
import PostgresMigrations

struct Seed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load migrations/seed.sql, in one transaction; running it twice changes nothing.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let project = try Project(options)
        let script = try project.seed()
        let database = try project.connect()
        try SeedLoader(database.connection).load(script)
        Terminal.print("\(script.path) is loaded.")
    }
}
