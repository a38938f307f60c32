import Glibc

/// Identifies a version of a file without reading it.
public struct FileStamp: Sendable, Equatable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int
    /// Whether it is a regular file, unlike a folder, a pipe or a device.
    public let isPlainFile: Bool

    /// `nil` for a missing or inaccessible file. Follows links, for atomic replacement.
    public init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// `nil` for an invalid descriptor.
    public init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        isPlainFile = status.st_mode & S_IFMT == S_IFREG
    }

    /// Modification time in milliseconds since 1970.
    public var modified: Int { seconds * 1000 + nanoseconds / 1_000_000 }

    /// Whether it is the same file or folder, regardless of its content.
    public func isSameFile(as other: FileStamp) -> Bool { device == other.device && inode == other.inode }

    /// Whether the name itself is a link or a folder: its target changes without an event.
    public static func isLinkOrFolder(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFLNK || status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a new name is complete at once: a link, a hard link, or not a regular file.
    public static func isWholeWhenMade(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFREG || status.st_nlink > 1
    }
}
