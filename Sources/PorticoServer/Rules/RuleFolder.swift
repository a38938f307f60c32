import Diagnostics
import ExactText
import Glibc
import PlainFiles
import PorticoAccess
import SocketLoop
import YAMLTree

/// The files of `config/access/` on the disk, read one by one while somebody may be writing them.
/// It remembers nothing.
struct RuleFolder: Sendable {
    enum Limits {
        /// Files of tenants. Stands against a folder that was mounted by mistake, such as a whole
        /// disk.
        static let files = 100_000
    }

    enum Reading {
        case text(RuleText, FileStamp)
        case gone
        case beingWritten
        /// There is something that cannot be read as a file: the end of a sentence.
        case unreadable(String)
    }

    enum Listing {
        case tenants([ExactString], folder: FileStamp)
        case gone
        case unreadable(String)
    }

    /// The project's folder.
    let project: String

    func path(_ source: RuleSource) -> String { "\(project)/\(source.path)" }

    /// The names below the project, from the outermost to the innermost, whose folders lead to the
    /// files.
    static let steps = ["config", "access", "tenants"]

    func stamp(_ source: RuleSource) -> FileStamp? { FileStamp(path(source)) }

    /// The file whose name this is in the folder of tenants; `nil` for what does not count, such as
    /// an editor's half-written copy, whose name begins with a point.
    static func tenant(ofFile name: String) -> RuleSource? {
        guard name.hasSuffix(".yaml"), !name.hasPrefix("."), name.utf8.count > 5 else { return nil }
        return .tenant(ExactString(String(name.utf8.dropLast(5)) ?? ""))
    }

    func read(_ source: RuleSource) -> Reading {
        let bytes: [UInt8]
        do throws(FileFailure) {
            let descriptor = try PlainFile.openedForReading(path(source))
            defer { close(descriptor) }
            guard let stamp = FileStamp(descriptor: descriptor) else { return .beingWritten }
            bytes = try PlainFile.bytes(from: descriptor, limit: YAMLLimits.standard.bytes)
            guard FileStamp(descriptor: descriptor) == stamp else { return .beingWritten }
            return .text(RuleText(SourceText(name: source.path, bytes: bytes), modified: stamp.modified), stamp)
        } catch {
            return error.isAbsence ? .gone : .unreadable(error.reason)
        }
    }

    /// The tenants that have a file.
    func tenants() -> Listing {
        let path = "\(project)/\(RuleSource.tenantFolder)"
        guard let folder = opendir(path) else {
            return errno == ENOENT || errno == ENOTDIR
                ? .gone : .unreadable("The folder cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { closedir(folder) }
        guard let stamp = FileStamp(descriptor: dirfd(folder)) else { return .gone }
        let listing: FolderListing
        do throws(FileFailure) {
            listing = try FolderListing(folder, limit: Limits.files)
        } catch {
            return .unreadable("The folder cannot be read: \(error.reason).")
        }
        let tenants = listing.names.compactMap { Self.tenant(ofFile: $0)?.tenant }
        return .tenants(tenants, folder: stamp)
    }
}
