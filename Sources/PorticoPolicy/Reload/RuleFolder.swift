import Diagnostics
import ExactText
import Glibc
import PlainFiles
import PorticoAccess
import SocketLoop
import YAMLTree

/// Reads the files of `config/access/` from disk, possibly while they are being written. Stateless.
struct RuleFolder: Sendable {
    enum Limits {
        /// Files of tenants. Guards against a folder mounted by mistake, such as a disk.
        static let files = 100_000
    }

    enum Reading {
        case text(PolicyFile, FileStamp)
        case gone
        case beingWritten
        /// It cannot be read as a file: the end of a sentence.
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

    /// The names of the nested folders, from the project to the files.
    static let steps = ["config", "access", "tenants"]

    func stamp(_ source: RuleSource) -> FileStamp? { FileStamp(path(source)) }

    /// The file with this name in the tenants' folder; `nil` for other files, such as an editor's
    /// temporary copy with a leading dot.
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
            return .text(PolicyFile(SourceText(name: source.path, bytes: bytes), modified: stamp.modified), stamp)
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
