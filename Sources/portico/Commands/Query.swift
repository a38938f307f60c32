import ArgumentParser
import PorticoConfiguration
import PorticoGateway
import PorticoProject
import PorticoServer

struct Query: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a query and print the response.",
        discussion: "The exit status is 1 when the response has no data.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var query: QueryOptions

    func run() throws {
        let project = try Project(options)
        let api = try API(project, asksDatabase: true)
        let request = GraphQLRequest(
            query: try query.document(), operationName: query.operation, variables: try query.givenVariables())
        let gateway = try LocalGateway(api, project)
        let (viewer, rules) = try gateway.viewer(of: try query.who.bearer(project))
        let response = try gateway.respond(to: request, as: viewer, rules)
        Terminal.write(bytes: response.buffer.takeBytes() + [0x0A])
        for failure in response.observation.failures { Terminal.note("portico: \(failure)") }
        if gateway.hasPassingCursors {
            Terminal.note(
                """
                note: cursors of this call end with it, because there is no secret to seal them with; with PORTICO_JWT_SECRET, \
                or cursors.secret in \(GatewayConfiguration.path), later calls take them
                """)
        }
        guard case .data = response.outcome else { throw CommandFailure.reported }
    }
}
