import ArgumentParser
import Glibc
import JSONBytes

/// What `query` and `explain` take: a document, who asks, and with which variables.
struct QueryOptions: ParsableArguments {
    @Argument(help: "The file with the document; - reads it from the standard input.") var file: String
    @Option(name: .customLong("as"), help: ArgumentHelp("Who asks: the id of a user. Without it, nobody who has signed in.", valueName: "user-id")) var user: String?
    @Option(help: ArgumentHelp("The variables, as one JSON object.", valueName: "json")) var variables: String?
    @Option(help: ArgumentHelp("Which operation, where the document has several.", valueName: "name")) var operation: String?

    private var query: QueryFile { QueryFile(path: file, variables: variables) }

    func document() throws(CommandFailure) -> [UInt8] { try query.document() }

    /// The name that messages give the document.
    var documentName: String { query.name }

    func givenVariables() throws(CommandFailure) -> [JSONMember] { try query.givenVariables() }
}

/// A document and its variables, as the words of a command name them.
struct QueryFile {
    /// `-` is the standard input.
    var path: String
    var variables: String?

    /// The name that messages give the document.
    var name: String { path == "-" ? "" : path }

    func document() throws(CommandFailure) -> [UInt8] {
        path == "-" ? try FileSystem.bytes(from: STDIN_FILENO, name: "the standard input") : try FileSystem.bytes(of: path)
    }

    func givenVariables() throws(CommandFailure) -> [JSONMember] {
        guard let variables else { return [] }
        do throws(JSONError) {
            if case .object(let members) = try parseJSON(Array(variables.utf8)) { return members }
        } catch {
            throw .wrongUsage("--variables is not JSON: \(error)")
        }
        throw .wrongUsage("--variables must be one JSON object, such as {\"id\": \"agency-001\"}.")
    }
}
