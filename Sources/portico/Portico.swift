import ArgumentParser
import Glibc
import PorticoIdentity
import PorticoProject
import PorticoServer
import PorticoTelemetry

/// The program: runs one command and returns an exit status for scripts.
@main
struct Portico: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico", abstract: "A GraphQL gateway for multi-tenant PostgreSQL.",
        discussion: "Exit status: 0 done, 1 the thing asked about is not in order, 2 wrong usage or configuration.",
        version: "portico \(ServerVersion.text)",
        subcommands: [
            Dev.self, Serve.self, Migrate.self, Seed.self, Health.self, Check.self, SchemaText.self, Query.self,
            Explain.self, Token.self, Access.self,
        ])

    static func main() { Glibc.exit(run(Array(CommandLine.arguments.dropFirst()))) }

    static func run(_ words: [String]) -> Int32 {
        exitStatus(of: words) { words throws(CommandFailure) in try CommandPath.check(words, root: Portico.self) }
    }
}
