import ArgumentParser
import Diagnostics
import Glibc
import PorticoServer

/// The program: words in, one command out, and an exit status that scripts can rely on.
@main
struct Portico: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico",
        abstract: "A GraphQL gateway for multi-tenant PostgreSQL.",
        discussion: "Exit status: 0 done, 1 the thing asked about is not in order, 2 wrong usage or configuration.",
        version: "portico \(ServerVersion.text)",
        subcommands: [
            Dev.self, Serve.self, Migrate.self, Seed.self, Health.self, Check.self, SchemaText.self, Query.self,
            Explain.self, Token.self, Access.self, Bench.self,
        ]
    )

    static func main() {
        Glibc.exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Parses and runs the words of one call; gives its exit status. ArgumentParser's own 64 for
    /// wrong usage becomes 2.
    static func run(_ words: [String]) -> Int32 {
        do {
            try CommandPath.check(words, root: Portico.self)
            var command = try parseAsRoot(words)
            try command.run()
            return 0
        } catch {
            if let failure = CommandFailure(anyOf: error) {
                if !failure.message.isEmpty { Terminal.note("portico: \(failure.message)") }
                return failure.status.rawValue
            }
            let text = fullMessage(for: error)
            guard exitCode(for: error) != .success else {
                Terminal.print(text)
                return 0
            }
            Terminal.note(text)
            return CommandFailure.Status.wrongUsage.rawValue
        }
    }
}
