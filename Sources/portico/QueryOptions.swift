import ArgumentParser
import Glibc
import JSONBytes
import PorticoIdentity
import PorticoProject
import PorticoServer

/// The viewer: a user of the table of users, or without one the content of a token.
struct BearerOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("Who: the id of a user. Without it, nobody who has signed in.", valueName: "user-id"))
    var user: String?
    @Option(help: ArgumentHelp("The role, where there is no table of users.", valueName: "role")) var role: String?
    @Option(help: ArgumentHelp("The tenant, likewise; a role with crossTenant needs none.", valueName: "tenant-id"))
    var tenant: String?

    func validate() throws {
        if user?.isEmpty == true { throw ValidationError("--as needs the id of a user.") }
        if tenant != nil, role == nil { throw ValidationError("--tenant goes with --role.") }
    }

    /// `nil` for an anonymous viewer.
    func bearer(_ project: Project) throws(CommandFailure) -> TokenIssuer.Bearer? {
        if project.configuration.authentication.users != nil {
            guard role == nil else {
                throw .wrongUsage(
                    "--role is for projects without a table of users; here the user's row says the role: give --as USER-ID."
                )
            }
            return user.map { TokenIssuer.Bearer(user: $0) }
        }
        guard let role else {
            guard let user else { return nil }
            throw .wrongUsage(
                "there is no table of users (`authentication: { users: null }`) that would say the role of \"\(user)\": "
                    + "give --role ROLE, and --tenant TENANT-ID.")
        }
        return TokenIssuer.Bearer(user: user ?? role, tenant: tenant, role: role)
    }
}

/// The options of `query` and `explain`: a document, the viewer, and variables.
struct QueryOptions: ParsableArguments {
    @Argument(help: "The file with the document; - reads it from the standard input.") var file: String
    @OptionGroup var who: BearerOptions
    @Option(help: ArgumentHelp("The variables, as one JSON object.", valueName: "json")) var variables: String?
    @Option(help: ArgumentHelp("Which operation, where the document has several.", valueName: "name")) var operation:
        String?

    private var query: QueryFile { QueryFile(path: file, variables: variables) }

    func document() throws(CommandFailure) -> [UInt8] { try query.document() }

    /// The document's name in messages.
    var documentName: String { query.name }

    func givenVariables() throws(CommandFailure) -> [JSONMember] { try query.givenVariables() }
}

/// A document and its variables, as given on the command line.
struct QueryFile {
    /// `-` is the standard input.
    var path: String
    var variables: String?

    /// The document's name in messages.
    var name: String { path == "-" ? "" : path }

    func document() throws(CommandFailure) -> [UInt8] {
        path == "-"
            ? try FileSystem.bytes(from: STDIN_FILENO, name: "the standard input") : try FileSystem.bytes(of: path)
    }

    func givenVariables() throws(CommandFailure) -> [JSONMember] {
        guard let variables else { return [] }
        do throws(JSONError) {
            if case .object(let members) = try parseJSON(Array(variables.utf8)) { return members }
        } catch {
            throw .wrongUsage("--variables is not JSON: \(error)")
        }
        throw .wrongUsage("--variables must be one JSON object, such as {\"id\": \"1\"}.")
    }
}
