import ArgumentParser

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of the project: schema.graphql, resolvers/, config/, migrations/.", valueName: "dir"))
    var project = "."

    @Option(name: .customLong("database-url"), help: ArgumentHelp("The database, as libpq takes it. (default: DATABASE_URL, or database.url of config/gateway.yaml, or that of a running `portico dev`)", valueName: "url"))
    var databaseURL: String?

    func validate() throws {
        guard FileSystem.isFolder(project) else { throw ValidationError("The project folder \"\(project)\" does not exist.") }
    }
}
