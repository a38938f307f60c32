import ArgumentParser

struct Access: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Test, explain, compare and prove the access rules.",
        subcommands: [
            AccessExplain.self, AccessDiff.self, AccessHistoryCommand.self, AccessMatrixCommand.self, AccessTest.self,
            AccessLintCommand.self, AccessProve.self,
        ])
}
