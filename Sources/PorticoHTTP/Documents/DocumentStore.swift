public import Diagnostics
import ExactText
import Foundation
public import GraphQLSchema
import PlainFiles
public import PorticoAccess
import PorticoConfiguration
import SocketLoop
import Synchronization

/// The trusted documents in force, shared by all workers. When their folder changes, later requests
/// use the new ones; a request keeps those that it began with.
public final class DocumentStore: Sendable {
    public enum Reading: Sendable, Equatable {
        /// The folder is unchanged, or is being written.
        case unchanged
        case replaced(count: Int)
        /// All former documents stay in force.
        case refused(Diagnostics)
    }

    /// Problems of a folder that are listed; further ones are counted.
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

    /// The state of the folder.
    private struct Looks {
        /// When last read, valid or not: an invalid file is read and reported once.
        var read: [ExactString: FileStamp]?
        /// At the last check.
        var seen: [ExactString: FileStamp]?
    }

    let published: Published<TrustedDocuments>
    private let source: Source?
    /// Held while files are read; nothing else waits for it.
    private let looks: Mutex<Looks>

    /// Documents without a folder.
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

    /// Whether there is a folder to reload.
    package var hasFolder: Bool {
        source.map { $0.configuration.folderRange != nil || FileStamp($0.path) != nil } ?? false
    }

    /// Reloads the folder if it has changed since it was read, but not since the last check: a
    /// folder that is being written is left alone until it is stable. Blocks on disk access.
    /// - Parameter always: At once, even if it looks unchanged.
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
                // The roles are those of the rules in force, checked when the server started.
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

    /// The stamps of the relevant files, by name; `nil` without a folder.
    private static func stamps(of path: String) -> [ExactString: FileStamp]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return nil }
        var stamps: [ExactString: FileStamp] = [:]
        for name in names.lazy.filter(TrustedDocuments.counts).prefix(TrustedDocumentLimits.files + 1) {
            stamps[name] = FileStamp("\(path)/\(name)")
        }
        return stamps
    }

    /// The first few problems for one log line: `documents/A.graphql:1:3: …`.
    package func text(_ problems: Diagnostics) -> String {
        var parts = problems.items.prefix(Self.shownProblems).map { item in
            "\(item.file)\(place(of: item)): \(item.message)\(item.hint.map { " \($0)" } ?? "")"
        }
        if problems.items.count > parts.count { parts.append("and \(problems.items.count - parts.count) more") }
        return parts.joined(separator: "; ")
    }

    private func place(of item: Diagnostic) -> String {
        guard let source, let range = item.range,
            let bytes = try? PlainFile.bytes(
                of:
                    item.file.hasPrefix("/") ? item.file : "\(source.project)/\(item.file)",
                limit: TrustedDocumentLimits.fileBytes)
        else { return "" }
        let place = SourceText(name: item.file, bytes: bytes).position(at: min(Int(range.start), bytes.count))
        return ":\(place.line):\(place.column)"
    }
}
