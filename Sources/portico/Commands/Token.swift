import ArgumentParser
import Glibc
import PorticoProject
import PorticoServer
import YAMLTree

struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a signed token for a user.",
        discussion:
            "Signed with the HS256 secret of PORTICO_JWT_SECRET, of config/gateway.yaml, or of `portico dev`. The user's row in the database stays the authority: a token for nobody opens nothing. Without a table of users the token itself is: --role and --tenant say what stands in it."
    )

    @OptionGroup var options: GlobalOptions
    @OptionGroup var who: BearerOptions
    @Option(help: ArgumentHelp("How long it is good, such as 30m or 12h.", valueName: "time")) var expiresIn = "1h"

    func validate() throws {
        guard let seconds = seconds(expiresIn), seconds > 0 else {
            throw ValidationError(
                "\"\(expiresIn)\" is not a time of at least a second; write it with its unit, such as 90s, 30m or 12h.")
        }
    }

    func run() throws {
        let project = try Project(options)
        guard let bearer = try who.bearer(project) else {
            throw CommandFailure.wrongUsage(
                project.configuration.authentication.users == nil
                    ? "a token needs a role, as there is no table of users that says it: give --role ROLE, and --tenant TENANT-ID."
                    : "a token is somebody's: give --as USER-ID.")
        }
        if let role = bearer.role { _ = try API(project).rules(role: role, tenant: bearer.tenant, project: project) }
        let signer = try TokenSigner(try project.withDevSecret())
        try project.noteForeignSecret()
        Terminal.print(signer.token(for: bearer, seconds: seconds(expiresIn) ?? 0))
    }

    private func seconds(_ text: String) -> Int? { Quantity.milliseconds(text).map { $0 / 1000 } }
}
