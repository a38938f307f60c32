import ArgumentParser

/// The folder that a command works on.
package struct ProjectOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the project: schema.graphql, resolvers/, config/, migrations/.", valueName: "dir"))
    package var project = "."

    package init() {}

    package func validate() throws {
        guard FileSystem.isFolder(project) else {
            throw ValidationError("The project folder \"\(project)\" does not exist.")
        }
    }
}

/// The options of every command except `dev`, which has a database of its own unless one is named.
package struct GlobalOptions: ParsableArguments {
    @OptionGroup package var place: ProjectOption

    @Option(
        name: .customLong("database-url"),
        help: ArgumentHelp(
            """
            The database, as libpq takes it. (default: DATABASE_URL, or database.url of config/gateway.yaml, or that of \
            a running `portico dev`)
            """, valueName: "url"))
    package var databaseURL: String?

    package init() {}

    package var project: String {
        get { place.project }
        set { place.project = newValue }
    }
}
