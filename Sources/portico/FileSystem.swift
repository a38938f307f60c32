import Glibc
import PlainFiles

/// Files and folders, by the system's own calls.
enum FileSystem {
    /// Bytes of a file that a command reads. Stands against a wrong path, such as a disk image.
    static let fileBytes = 16 << 20

    /// The bytes of a file; what a shell hands over as `/dev/fd/63` or `/dev/stdin` is read to its
    /// end, any other pipe is not waited at.
    static func bytes(of path: String) throws(CommandFailure) -> [UInt8] {
        guard path.hasPrefix("/dev/fd/") || path == "/dev/stdin" || path.hasPrefix("/proc/self/fd/") else {
            do throws(FileFailure) {
                return try PlainFile.bytes(of: path, limit: fileBytes)
            } catch {
                if error.errno == EFBIG { throw .wrongUsage("\(path) is larger than \(fileBytes >> 20) MiB.") }
                throw .wrongUsage(
                    "\(path) cannot be read: \(error.errno == EINVAL || error.errno == ELOOP ? error.reason : reason(error.errno))."
                )
            }
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .wrongUsage("\(path) cannot be read: \(reason(errno)).") }
        defer { close(file) }
        return try bytes(from: file, name: path)
    }

    /// What can be read from an open file until its end.
    static func bytes(from file: Int32, name: String) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .wrongUsage("\(name) cannot be read: \(reason(errno)).")
            }
            bytes += buffer[..<count]
            if bytes.count > fileBytes { throw .wrongUsage("\(name) is larger than \(fileBytes >> 20) MiB.") }
        }
    }

    /// Writes a file of mode 0600 as a whole: under another name first, so that a crash leaves the
    /// old one or none.
    static func writePrivately(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        try write(bytes, to: path, mode: 0o600)
    }

    /// Writes a file as a whole, which others may read unless the mode says otherwise.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(CommandFailure) {
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

    /// Makes a folder; one that is there has to be empty.
    static func makeFolder(_ path: String) throws(CommandFailure) {
        if mkdir(path, 0o755) == 0 { return }
        guard errno == EEXIST, names(in: path)?.isEmpty == true else {
            throw .notInOrder(
                "The folder \(path) cannot be made: \(errno == EEXIST ? "there is something of that name already" : reason(errno))."
            )
        }
    }

    /// Writes a file that others may read too; what is there is replaced.
    static func writeReport(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .wrongUsage("\(path) cannot be written: \(reason(errno)).") }
        defer { close(file) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if count >= 0 {
                offset += count
            } else if errno != EINTR {
                throw .notInOrder("\(path) cannot be written: \(reason(errno)).")
            }
        }
    }

    /// The names in a folder without `.` and `..`, in no order; `nil` when it cannot be read.
    static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Bytes of a file; 0 where there is none.
    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    static func isProgram(_ path: String) -> Bool { access(path, X_OK) == 0 && !isFolder(path) }

    /// A pipe that child processes do not inherit.
    static func makePipe(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return true
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The path with links followed and `.` and `..` resolved; the path as it is when there is
    /// nothing there.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path.hasPrefix("/") ? path : "\(currentFolder)/\(path)" }
        defer { free(real) }
        return String(cString: real)
    }

    static var currentFolder: String {
        guard let folder = getcwd(nil, 0) else { return "." }
        defer { free(folder) }
        return String(cString: folder)
    }

    /// Makes a folder that only `account` (or this user) may enter, or makes sure that the one that
    /// is there belongs to it and is closed to others.
    ///
    /// A folder of somebody else, or a link, is refused: in a shared place such as the temporary
    /// folder anybody could have put it there.
    static func makePrivateFolder(_ path: String, for account: Account?) throws(CommandFailure) {
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

    static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file or folder"
        case EACCES: "this user may not"
        default: String(cString: strerror(code))
        }
    }
}
