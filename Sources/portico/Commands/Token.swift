import ArgumentParser
import Glibc
import PorticoServer
import YAMLTree

struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a signed token for a user.",
        discussion: "Signed with the HS256 secret of PORTICO_JWT_SECRET, of config/gateway.yaml, or of `portico dev`. The user's row in the database stays the authority: a token for nobody opens nothing.")

    @OptionGroup var options: GlobalOptions
    @Option(name: .customLong("as"), help: ArgumentHelp("Whose token: the id of a user.", valueName: "user-id")) var user: String
    @Option(help: ArgumentHelp("How long it is good, such as 30m or 12h.", valueName: "time")) var expiresIn = "1h"

    func validate() throws {
        if user.isEmpty { throw ValidationError("--as needs the id of a user.") }
        guard let seconds = seconds(expiresIn), seconds > 0 else {
            throw ValidationError("\"\(expiresIn)\" is not a time of at least a second; write it with its unit, such as 90s, 30m or 12h.")
        }
    }

    func run() throws {
        let project = try Project(options)
        let signer = try TokenSigner(try project.withDevSecret())
        Terminal.print(try signer.token(for: user, seconds: seconds(expiresIn) ?? 0))
    }

    private func seconds(_ text: String) -> Int? { Quantity.milliseconds(text).map { $0 / 1000 } }
}
