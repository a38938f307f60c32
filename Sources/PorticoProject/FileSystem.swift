import Glibc
import PlainFiles

/// Files and folders, by system calls.
package enum FileSystem {
    /// Bytes of a file that a command reads. Guards against a wrong path, such as a disk image.
    package static let fileBytes = 16 << 20

    /// The bytes of a file. Shell substitutions such as `/dev/fd/63` and `/dev/stdin` are read to
    /// the end; other pipes are refused without waiting.
    package static func bytes(of path: String) throws(CommandFailure) -> [UInt8] {
        guard path.hasPrefix("/dev/fd/") || path == "/dev/stdin" || path.hasPrefix("/proc/self/fd/") else {
            do throws(FileFailure) { return try PlainFile.bytes(of: path, limit: fileBytes) } catch {
                throw unreadable(path, error)
            }
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .wrongUsage("\(path) cannot be read: \(reason(errno)).") }
        defer { close(file) }
        return try bytes(from: file, name: path)
    }

    /// Reads an open file to its end.
    package static func bytes(from file: Int32, name: String) throws(CommandFailure) -> [UInt8] {
        do throws(FileFailure) { return try PlainFile.bytes(from: file, limit: fileBytes) } catch {
            throw unreadable(name, error)
        }
    }

    private static func unreadable(_ name: String, _ failure: FileFailure) -> CommandFailure {
        if failure.errno == EFBIG { return .wrongUsage("\(name) is larger than \(fileBytes >> 20) MiB.") }
        let isOfKind = failure.errno == EINVAL || failure.errno == ELOOP
        return .wrongUsage("\(name) cannot be read: \(isOfKind ? failure.reason : reason(failure.errno)).")
    }

    /// Atomically writes a file of mode 0600: a crash leaves the old one or none.
    package static func writePrivately(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        try write(bytes, to: path, mode: 0o600)
    }

    /// Atomically writes a file, readable by others unless the mode says otherwise.
    package static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(CommandFailure) {
        let draft = path + ".new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw .notInOrder("\(path) cannot be written: \(reason(errno)).") }
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        let written = count == bytes.count && fsync(file) == 0
        close(file)
        guard written, rename(draft, path) == 0 else {
            throw .notInOrder("\(path) cannot be written: \(reason(errno)).")
        }
    }

    /// Creates a folder; an existing one must be empty.
    package static func makeFolder(_ path: String) throws(CommandFailure) {
        if mkdir(path, 0o755) == 0 { return }
        guard errno == EEXIST, names(in: path)?.isEmpty == true else {
            throw .notInOrder(
                "The folder \(path) cannot be made: \(errno == EEXIST ? "there is something of that name already" : reason(errno))."
            )
        }
    }

    /// Writes a file that others may read, replacing an existing one.
    package static func writeReport(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .wrongUsage("\(path) cannot be written: \(reason(errno)).") }
        defer { close(file) }
        do throws(FileFailure) { try PlainFile.write(bytes, to: file) } catch {
            throw .notInOrder("\(path) cannot be written: \(reason(error.errno)).")
        }
    }

    /// The names in a folder without `.` and `..`, in no order; `nil` when it cannot be read.
    package static func names(in path: String) -> [String]? {
        (try? FolderListing(path, limit: .max)).map { $0.names + $0.unreadable }
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Bytes of a file; 0 if it does not exist.
    package static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    package static func isProgram(_ path: String) -> Bool { access(path, X_OK) == 0 && !isFolder(path) }

    /// A pipe that child processes do not inherit.
    package static func makePipe(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return true
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The path with links, `.` and `..` resolved; unchanged if it does not exist.
    package static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path.hasPrefix("/") ? path : "\(currentFolder)/\(path)" }
        defer { free(real) }
        return String(cString: real)
    }

    package static var currentFolder: String {
        guard let folder = getcwd(nil, 0) else { return "." }
        defer { free(folder) }
        return String(cString: folder)
    }

    /// Creates a folder that only `account` (or this user) may enter, or verifies that an existing
    /// one belongs to it and is closed to others.
    ///
    /// A folder of another user, or a link, is refused: in a shared place such as the temporary
    /// folder anyone could have created it.
    package static func makePrivateFolder(_ path: String, for account: Account?) throws(CommandFailure) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw .notInOrder("The folder \(path) cannot be made: \(reason(errno)).")
        }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw .notInOrder("The folder \(path) cannot be used: \(reason(errno)).") }
        defer { close(folder) }
        var status = stat()
        let user = account?.user ?? geteuid()
        guard fstat(folder, &status) == 0, status.st_uid == user || status.st_uid == geteuid() else {
            throw .notInOrder(
                "The folder \(path) belongs to another user (number \(status.st_uid)): remove it, or choose another by --data-dir."
            )
        }
        if let account, status.st_uid != user, fchown(folder, account.user, account.group) != 0 {
            throw .notInOrder("The folder \(path) cannot be given to the user \(account.name): \(reason(errno)).")
        }
        if status.st_mode & 0o777 != 0o700, fchmod(folder, 0o700) != 0 {
            throw .notInOrder("The folder \(path) cannot be closed to other users: \(reason(errno)).")
        }
    }

    package static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file or folder"
        case EACCES: "this user may not"
        default: String(cString: strerror(code))
        }
    }
}
