import ArgumentParser
import PorticoProject

struct SchemaText: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the full SDL that clients see; with --role, as viewers of that role see it.")

    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp("As config/access/roles.yaml names it.", valueName: "role")) var role: String?
    @Option(help: ArgumentHelp("In this tenant, whose own rules may narrow it further.", valueName: "tenant-id"))
    var tenant: String?

    @Option(help: ArgumentHelp("Define this directive too, for tools that do not know it: oneOf.", valueName: "name"))
    var directives: String?

    func validate() throws {
        if let directives, directives != "oneOf" { throw ValidationError("--directives takes oneOf, and no other.") }
        if tenant != nil, role == nil { throw ValidationError("--tenant goes with --role.") }
    }

    func run() throws {
        let project = try Project(options)
        let api = try API(project)
        let schema =
            if let role { try api.rules(role: role, tenant: tenant, project: project).schema } else {
                api.catalog.schema
            }
        let text = schema.sdl(definesOneOf: directives != nil)
        Terminal.write(bytes: Array(text.utf8) + (text.hasSuffix("\n") ? [] : [0x0A]))
    }
}
