public import Diagnostics
import ExactText
import Foundation
public import GraphQLSchema
public import PorticoAccess
import SocketLoop
import Synchronization

/// The trusted documents in force, shared by all workers. When their folder changes, requests
/// behind it get the new ones; a request keeps those that it began with.
public final class DocumentStore: Sendable {
    public enum Reading: Sendable, Equatable {
        /// The folder is what it was, or is being written at this moment.
        case unchanged
        case replaced(count: Int)
        /// The former documents stay in force, all of them.
        case refused(Diagnostics)
    }

    /// Problems of a folder that are told one by one; of the others only how many there are.
    private static let shownProblems = 5

    private struct Source {
        let configuration: DocumentConfiguration
        let project: String
        let schema: Schema
        let limits: RuleLimits

        var path: String {
            configuration.folder.hasPrefix("/") ? configuration.folder : "\(project)/\(configuration.folder)"
        }
    }

    /// What the folder looked like.
    private struct Looks {
        /// When it was read last, whether or not it was good: a bad file is read, and reported,
        /// once.
        var read: [ExactString: FileStamp]?
        /// At the last look.
        var seen: [ExactString: FileStamp]?
    }

    let published: Published<TrustedDocuments>
    private let source: Source?
    /// Held while files are read; nobody else waits for it.
    private let looks: Mutex<Looks>

    /// Documents that stay what they are.
    public init(_ documents: TrustedDocuments) {
        published = Published(documents)
        source = nil
        looks = Mutex(Looks())
    }

    /// Reads the folder, as ``TrustedDocuments/load(_:project:schema:roles:limits:)`` does.
    /// - Throws: Every problem with its place.
    public init(
        _ configuration: DocumentConfiguration, project: String, schema: Schema, roles: [String]?,
        limits: RuleLimits = RuleLimits()
    ) throws(Diagnostics) {
        let source = Source(configuration: configuration, project: project, schema: schema, limits: limits)
        let stamps = Self.stamps(of: source.path)
        published = Published(
            try TrustedDocuments.load(configuration, project: project, schema: schema, roles: roles, limits: limits))
        self.source = source
        looks = Mutex(Looks(read: stamps, seen: stamps))
    }

    /// Takes a lock; workers have a ``Latest`` of their own.
    public var current: TrustedDocuments { published.current }

    /// Whether there is a folder that could be read again.
    var hasFolder: Bool { source.map { $0.configuration.folderRange != nil || FileStamp($0.path) != nil } ?? false }

    /// Reads the folder again if it has changed since it was read, and not since the last look: one
    /// that is being written is left alone until it stands still. Blocks for as long as the disk
    /// does.
    /// - Parameter always: At once, even if it looks the same.
    public func reload(always: Bool = false) -> Reading {
        guard let source else { return .unchanged }
        return looks.withLock { looks in
            let found = Self.stamps(of: source.path)
            let standsStill = found == looks.seen
            looks.seen = found
            guard always || (found != looks.read && standsStill) else { return .unchanged }
            looks.read = found
            do throws(Diagnostics) {
                if found == nil, current.count > 0 {
                    throw Diagnostics([
                        Diagnostic("The folder is not there any more.", file: source.configuration.folder)
                    ])
                }
                // The roles are those of the rules in force; they were compared when the server
                // started.
                let fresh = try TrustedDocuments.load(
                    source.configuration, project: source.project, schema: source.schema, roles: nil,
                    limits: source.limits)
                published.replace(with: fresh)
                return .replaced(count: fresh.count)
            } catch {
                return .refused(error)
            }
        }
    }

    /// The stamps of the files that count, by their names; `nil` where there is no folder.
    private static func stamps(of path: String) -> [ExactString: FileStamp]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return nil }
        var stamps: [ExactString: FileStamp] = [:]
        for name in names.lazy.filter(TrustedDocuments.counts).prefix(TrustedDocumentLimits.files + 1) {
            stamps[name] = FileStamp("\(path)/\(name)")
        }
        return stamps
    }

    /// Problems for one line of the log: `documents/A.graphql:1:3: …`, the first few of them.
    func text(_ problems: Diagnostics) -> String {
        var parts = problems.items.prefix(Self.shownProblems).map { item in
            "\(item.file)\(place(of: item)): \(item.message)\(item.hint.map { " \($0)" } ?? "")"
        }
        if problems.items.count > parts.count { parts.append("and \(problems.items.count - parts.count) more") }
        return parts.joined(separator: "; ")
    }

    private func place(of item: Diagnostic) -> String {
        guard let source, let range = item.range,
            let bytes = try? readFile(
                item.file.hasPrefix("/") ? item.file : "\(source.project)/\(item.file)",
                limit: TrustedDocumentLimits.fileBytes)
        else { return "" }
        let place = SourceText(name: item.file, bytes: bytes).position(at: min(Int(range.start), bytes.count))
        return ":\(place.line):\(place.column)"
    }
}
