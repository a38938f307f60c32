import ArgumentParser
import GraphQLSchema
import JSONBytes
import PorticoCatalog
import PorticoConfiguration
import PorticoPolicy
import PorticoProject
import PorticoReview

/// `portico access history`: changes of the rules, and the rules in force at a time.
struct AccessHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract:
            "List the changes of the rules that gateways took or refused, or show which rules were in force at a time.",
        discussion: """
            `portico serve` and `portico dev` write the history (access.history in config/gateway.yaml). \
            Exit status: 0 done, 1 there is no history, or none of that time, 2 wrong usage.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(
        help: ArgumentHelp(
            "List the files in force at this time, such as 2026-01-02T10:00:00Z; `now` is allowed.", valueName: "time"))
    var at: String?
    @Option(
        help: ArgumentHelp(
            "With --at: write those files into this folder, which is made, as config/access/ has them.",
            valueName: "dir")) var export: String?
    @Option(
        help: ArgumentHelp(
            "With --at: print the text of this file, such as config/access/roles.yaml.", valueName: "file")) var show:
        String?
    @Option(help: ArgumentHelp("List only changes of this file.", valueName: "file")) var file: String?
    @Option(help: ArgumentHelp("List only the last changes, so many of them.", valueName: "n")) var last: Int?
    @Flag(help: "Print JSON: one object for each change, a line each, or one object with --at.") var json = false

    func validate() throws {
        if at == nil, export != nil || show != nil { throw ValidationError("--export and --show need --at TIME.") }
        if at != nil, file != nil || last != nil {
            throw ValidationError("--file and --last choose from the list of changes, which --at does not print.")
        }
        if export != nil, show != nil { throw ValidationError("--export and --show exclude each other.") }
        if let last, last < 1 { throw ValidationError("--last is a number from 1.") }
        if let at { _ = try Self.time(at) }
    }

    func run() throws {
        let project = try Project(options)
        guard let settings = project.configuration.access.history else {
            throw CommandFailure.notInOrder(
                "the project keeps no history of its access rules: access.history is null in \(GatewayConfiguration.path)."
            )
        }
        do throws(AccessHistory.Failure) {
            var history = try AccessHistory(folder: settings.path(in: project.folder))
            if let at {
                try show(history, at: at)
            } else {
                try list(&history)
            }
        } catch {
            throw CommandFailure.notInOrder("\(error.description).")
        }
    }

    private static func time(_ text: String) throws(ValidationError) -> Int {
        if text == "now" { return Int.max }
        do throws(CoercionFailure) {
            return try milliseconds(sinceEpoch: text)
        } catch {
            throw ValidationError("--at: \(error.message)")
        }
    }

    // MARK: The list

    private func list(_ history: inout AccessHistory) throws(AccessHistory.Failure) {
        var records = try history.records()
        if let file { records = records.filter { $0.files.contains { $0.file == file } } }
        if let last { records = Array(records.suffix(last)) }
        if json {
            for record in records { Terminal.print(record.json) }
        } else {
            var table = TextTable(head: ["TIME", "FILE", "WHAT", "FOR WHOM"])
            for record in records { table.add(Self.cells(of: record)) }
            Terminal.print(records.isEmpty ? "Nothing is recorded." : table.text(width: Terminal.width))
        }
        if history.unreadableLines > 0 {
            Terminal.note("portico: \(history.unreadableLines) lines of the history cannot be read and are left out.")
        }
    }

    /// Files of one record that are named; the others are counted.
    private static let shownFiles = 5

    private static func cells(of record: AccessRecord) -> [String] {
        var files = record.files.prefix(shownFiles).map(\.file)
        if record.files.count > files.count { files.append("and \(record.files.count - files.count) more") }
        let what: String, details: [String]
        switch record.event {
        case .start: (what, details) = ("start", record.files.isEmpty ? [] : ["changed while no gateway ran"])
        case .stop: (what, details) = ("stop", [])
        case .change:
            (what, details) = (
                record.files.allSatisfy { $0.sha256 == nil } ? "removed: \(record.direction)" : record.direction,
                record.effects
            )
        case .refusal:
            (what, details) = (
                record.files.contains(where: \.isUnserved) ? "REFUSED, unserved" : "REFUSED",
                record.problems.compactMap { $0.split(separator: "\n").first.map(String.init) }
            )
        case .rules: (what, details) = ("rules", [])
        }
        return [
            timeText(record.time), files.isEmpty ? "-" : files.joined(separator: "\n"), what,
            details.joined(separator: "\n"),
        ]
    }

    // MARK: At a time

    private func show(_ history: AccessHistory, at text: String) throws(AccessHistory.Failure) {
        let time = (try? Self.time(text)) ?? Int.max
        guard let (state, texts) = try history.state(at: time), let last = state.last else {
            throw AccessHistory.Failure(
                description: "the history begins after \(text): which rules were in force then is not known")
        }
        if let show {
            try printFile(show, state, texts)
        } else if let export {
            try write(state, texts, to: export)
        } else if json {
            Terminal.print([
                "rules": state.fingerprint, "since": timeText(last.time), "serving": last.event != .stop,
                "files": state.sorted.map(\.json),
            ])
        } else {
            var table = TextTable(head: ["FILE", "SHA-256", ""])
            for file in state.sorted {
                table.add([
                    file.file, String((file.sha256 ?? "").prefix(16)),
                    file.isUnserved ? "wrong: its tenant was not served" : "",
                ])
            }
            Terminal.print(table.text(width: Terminal.width))
            Terminal.print(
                "\nrules \(state.fingerprint)\nlast event before: \(last.event.rawValue) at \(timeText(last.time)) by \(last.process)"
            )
            if last.event == .stop {
                Terminal.print("No gateway was serving then; these were the last rules in force.")
            }
        }
    }

    private func printFile(
        _ name: String, _ state: AccessHistoryState, _ texts: [String: [UInt8]]
    ) throws(AccessHistory.Failure) {
        guard let hash = state.files[name]?.sha256 else {
            throw AccessHistory.Failure(description: "\(name) was not among the files in force then")
        }
        guard let bytes = texts[hash] else {
            throw AccessHistory.Failure(description: "the text of \(name) is not in the history")
        }
        Terminal.write(bytes: bytes)
    }

    /// Writes a folder that `portico access diff` accepts.
    private func write(
        _ state: AccessHistoryState, _ texts: [String: [UInt8]], to folder: String
    ) throws(AccessHistory.Failure) {
        do throws(CommandFailure) {
            try FileSystem.makeFolder(folder)
            try FileSystem.makeFolder("\(folder)/tenants")
            for file in state.sorted {
                guard let hash = file.sha256, let bytes = texts[hash], let name = Self.exportName(file.file) else {
                    throw .notInOrder("the text of \(file.file) is not in the history")
                }
                try FileSystem.write(bytes, to: "\(folder)/\(name)")
            }
        } catch {
            throw AccessHistory.Failure(
                description: error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message)
        }
        Terminal.print("\(state.files.count) file\(state.files.count == 1 ? "" : "s") written to \(folder)")
    }

    /// A file's name within a folder of rules; `nil` for a name that would escape it.
    private static func exportName(_ file: String) -> String? {
        let prefix = "config/access/"
        guard file.hasPrefix(prefix) else { return nil }
        let name = String(file.dropFirst(prefix.count)),
            parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isTenant = parts.count == 2 && parts[0] == "tenants" && parts[1] != ".." && !parts[1].isEmpty
        return name == "roles.yaml" || isTenant ? name : nil
    }
}
