import ArgumentParser
import Diagnostics
import PorticoProject

/// Checks the command names in the first words before they are parsed: the parser takes `help
/// nothing` for `help`, and `nothing --help` for `--help`.
enum CommandPath {
    /// - Throws: Wrong usage with a suggestion for an unknown command.
    static func check(_ words: [String], root: any ParsableCommand.Type) throws(CommandFailure) {
        let asksForHelp = words.first == "help"
        var command = root, names: [String] = []
        for word in asksForHelp ? words.dropFirst() : words[...] {
            if word.hasPrefix("-") { return }
            let subcommands = command.configuration.subcommands
            if subcommands.isEmpty, !asksForHelp { return }
            guard let next = subcommands.first(where: { $0._commandName == word }) else {
                throw .wrongUsage(unknown((names + [word]).joined(separator: " "), word, in: command, names))
            }
            command = next
            names.append(word)
        }
    }

    private static func unknown(
        _ path: String, _ word: String, in command: any ParsableCommand.Type, _ names: [String]
    ) -> String {
        func full(_ name: String) -> String { (names + [name]).joined(separator: " ") }
        let subcommands = command.configuration.subcommands
        let similar = suggestion(for: word, among: subcommands.map { $0._commandName }).map(full)
        // A subcommand whose group was omitted, such as `matrix`.
        let groups = subcommands.filter { group in group.configuration.subcommands.contains { $0._commandName == word }
        }
        let below = groups.map { full("\($0._commandName) \(word)") }
        let help = (["portico help"] + (subcommands.isEmpty ? names.dropLast() : names)).joined(separator: " ")
        let sentences = [
            "there is no command \"\(path)\".", didYouMean(below + similar), "`\(help)` lists the commands there are.",
        ]
        return sentences.compactMap(\.self).joined(separator: " ")
    }
}
