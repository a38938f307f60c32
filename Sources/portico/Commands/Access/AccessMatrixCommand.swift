import ArgumentParser
import Diagnostics
import PorticoPolicyMatrix
import PorticoProject

/// `portico access matrix`: who may read what, as a table.
struct AccessMatrixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract:
            "Print which role may read which field of which type, for one tenant or for all: as text, CSV or one HTML page."
    )

    @OptionGroup var options: GlobalOptions
    @Option(
        help: ArgumentHelp(
            "Only this tenant, whose own rules may narrow the roles'; without it every kind of tenant once.",
            valueName: "tenant-id")) var tenant: String?
    @Flag(help: "Print it as CSV.") var csv = false
    @Option(
        help: ArgumentHelp("Write it as one HTML page into this file; - is the standard output.", valueName: "file"))
    var html: String?

    func validate() throws { if csv, html != nil { throw ValidationError("Choose one of --csv and --html.") } }

    func run() throws {
        let project = try Project(options)
        let api = try API(project)
        if let tenant { try api.requireTenant(tenant, project) }
        if let tenant, let problems = api.policy.tenantProblems[tenant] {
            throw CommandFailure(problems, project: project.folder)
        }
        api.noteTenantProblems(project)
        let matrix = AccessMatrix(api.policy, tenant: tenant)
        if csv {
            Terminal.write(bytes: Array(matrix.csv().utf8))
        } else if let html {
            let page = Array(matrix.html(title: tenant.map { "Access rules of \($0)" } ?? "Access rules").utf8)
            if html == "-" { Terminal.write(bytes: page) } else { try FileSystem.write(page, to: html) }
        } else {
            Terminal.print(matrix.text(width: Terminal.width))
        }
    }
}
