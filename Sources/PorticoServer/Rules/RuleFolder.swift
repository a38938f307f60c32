import Diagnostics
import ExactText
import Glibc
import PorticoAccess
import SocketLoop
import YAMLTree

/// The files of `config/access/` on the disk, read one by one while somebody may be writing them. It remembers nothing.
struct RuleFolder: Sendable {
    enum Limits {
        /// Files of tenants. Stands against a folder that was mounted by mistake, such as a whole disk.
        static let files = 100_000
    }

    enum Reading {
        case text(RuleText, FileStamp)
        case gone
        case beingWritten
        /// There is something that cannot be read as a file: one sentence.
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

    /// The names below the project, from the outermost to the innermost, whose folders lead to the files.
    static let steps = ["config", "access", "tenants"]

    func stamp(_ source: RuleSource) -> FileStamp? { FileStamp(path(source)) }

    /// The file whose name this is in the folder of tenants; `nil` for what does not count, such as an editor's half-written copy, whose name begins with a point.
    static func tenant(ofFile name: String) -> RuleSource? {
        guard name.hasSuffix(".yaml"), !name.hasPrefix("."), name.utf8.count > 5 else { return nil }
        return .tenant(ExactString(String(name.utf8.dropLast(5)) ?? ""))
    }

    func read(_ source: RuleSource) -> Reading {
        // A pipe of that name must not hold the reader up.
        let descriptor = open(path(source), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return .gone }
            return .unreadable("It cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        guard let stamp = FileStamp(descriptor: descriptor), stamp.isPlainFile else { return .unreadable("It is not a plain file.") }
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try PorticoServer.readFile(from: descriptor, limit: YAMLLimits.standard.bytes)
        } catch {
            return .unreadable("It cannot be read: \(error.reason).")
        }
        guard FileStamp(descriptor: descriptor) == stamp else { return .beingWritten }
        return .text(RuleText(SourceText(name: source.path, bytes: bytes), modified: stamp.modified), stamp)
    }

    /// The tenants that have a file.
    func tenants() -> Listing {
        let path = "\(project)/\(RuleSource.tenantFolder)"
        guard let folder = opendir(path) else {
            return errno == ENOENT || errno == ENOTDIR ? .gone : .unreadable("The folder cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { closedir(folder) }
        guard let stamp = FileStamp(descriptor: dirfd(folder)) else { return .gone }
        var tenants: [ExactString] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) } }
            guard let tenant = Self.tenant(ofFile: name)?.tenant else { continue }
            tenants.append(tenant)
            guard tenants.count <= Limits.files else { return .unreadable("The folder holds more than \(Limits.files) files.") }
        }
        return .tenants(tenants, folder: stamp)
    }
}
