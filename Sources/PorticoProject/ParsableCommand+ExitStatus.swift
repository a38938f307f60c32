import ArgumentParser

extension ParsableCommand {
    /// Runs a command and returns the exit status: 0 for success, 1 for a negative result, 2 for
    /// wrong usage. Prints any message.
    ///
    /// ArgumentParser's own 64 for wrong usage becomes 2.
    /// - Parameter check: Checks the words before they are parsed.
    package static func exitStatus(
        of words: [String], check: ([String]) throws(CommandFailure) -> Void = { _ in }
    ) -> Int32 {
        do {
            try check(words)
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
