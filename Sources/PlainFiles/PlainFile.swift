import Glibc

/// Why a file cannot be read.
public struct FileFailure: Error, Sendable, Equatable {
    public var errno: Int32
    /// For the operator: the end of a sentence.
    public var reason: String

    public init(errno: Int32, reason: String) { (self.errno, self.reason) = (errno, reason) }

    public init(number: Int32) {
        self.init(errno: number, reason: strerror(number).map { String(cString: $0) } ?? "error \(number)")
    }

    /// Whether the name does not exist.
    public var isAbsence: Bool { errno == ENOENT || errno == ENOTDIR }
}

/// Reads regular files without blocking: a folder, a device, a socket, or a pipe is a failure.
/// Follows links, by which files are replaced atomically.
public enum PlainFile {
    /// The bytes of a file; fails unless it is a regular file of at most `limit` bytes.
    public static func bytes(of path: String, limit: Int) throws(FileFailure) -> [UInt8] {
        let descriptor = try openedForReading(path)
        defer { close(descriptor) }
        return try bytes(from: descriptor, limit: limit)
    }

    /// A descriptor of a regular file, which the caller closes.
    public static func openedForReading(_ path: String) throws(FileFailure) -> Int32 {
        // Other files are not even opened if possible: opening some devices has side effects.
        var status = stat()
        guard stat(path, &status) == 0 else { throw absence(of: path, errno) }
        try check(status)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw absence(of: path, errno) }
        // It may have been replaced meanwhile.
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw FileFailure(number: number)
        }
        do throws(FileFailure) {
            try check(status)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Reads an open file to its end; fails if it is longer than the limit.
    public static func bytes(from descriptor: Int32, limit: Int) throws(FileFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        let piece = 64 << 10
        while true {
            var count = 0
            let room = min(piece, limit + 1 - bytes.count)
            bytes.append(
                contentsOf: [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
                    count = read(descriptor, buffer.baseAddress, room)
                    initialized = max(0, count)
                })
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(number: errno) }
            if count == 0 { return bytes }
            guard bytes.count <= limit else {
                throw FileFailure(errno: EFBIG, reason: "it is longer than \(limit) bytes")
            }
        }
    }

    /// Writes all bytes, in as many calls as necessary.
    public static func write(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if count == 0 || count < 0 && errno != EINTR { throw FileFailure(number: count == 0 ? ENOSPC : errno) }
            offset += max(0, count)
        }
    }

    /// Whether it is a folder, not a link to one.
    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func check(_ status: stat) throws(FileFailure) {
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: kind = "a folder"
        case S_IFIFO: kind = "a pipe"
        case S_IFSOCK: kind = "a socket"
        default: kind = "a device"
        }
        throw FileFailure(errno: EINVAL, reason: "it is \(kind), not a file")
    }

    /// A dangling link exists, and indicates that something was meant to be there.
    private static func absence(of path: String, _ number: Int32) -> FileFailure {
        var status = stat()
        guard number == ENOENT || number == ENOTDIR, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK
        else { return FileFailure(number: number) }
        return FileFailure(errno: ELOOP, reason: "it is a link that leads nowhere")
    }
}

/// The names in a folder.
public struct FolderListing: Sendable, Equatable {
    /// Without `.` and `..`, in no order.
    public var names: [String] = []
    /// Names that are not UTF-8, in printable form: no file of a project has such a name.
    public var unreadable: [String] = []

    /// - Parameter limit: Maximum names. Guards against a folder that was mounted by mistake.
    public init(_ path: String, limit: Int) throws(FileFailure) {
        guard let folder = opendir(path) else { throw FileFailure(number: errno) }
        defer { closedir(folder) }
        try self.init(folder, limit: limit)
    }

    public init(_ folder: OpaquePointer, limit: Int) throws(FileFailure) {
        while let entry = readdir(folder) {
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: Int(NAME_MAX) + 1) { start in
                    Array(UnsafeBufferPointer(start: start, count: strlen(start)))
                }
            }
            if bytes == [0x2E] || bytes == [0x2E, 0x2E] { continue }
            guard names.count + unreadable.count < limit else {
                throw FileFailure(errno: EFBIG, reason: "it holds more than \(limit) files")
            }
            if let name = String(validating: bytes, as: UTF8.self) {
                names.append(name)
            } else {
                unreadable.append(String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}
