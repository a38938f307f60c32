import ArgumentParser

/// The folder that a command works on.
struct ProjectOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the project: schema.graphql, resolvers/, config/, migrations/.", valueName: "dir"))
    var project = "."

    func validate() throws {
        guard FileSystem.isFolder(project) else {
            throw ValidationError("The project folder \"\(project)\" does not exist.")
        }
    }
}

/// What every command takes but `dev`, which has a database of its own unless one is named.
struct GlobalOptions: ParsableArguments {
    @OptionGroup var place: ProjectOption

    @Option(
        name: .customLong("database-url"),
        help: ArgumentHelp(
            """
            The database, as libpq takes it. (default: DATABASE_URL, or database.url of config/gateway.yaml, or that of \
            a running `portico dev`)
            """, valueName: "url"))
    var databaseURL: String?

    var project: String {
        get { place.project }
        set { place.project = newValue }
    }
}
