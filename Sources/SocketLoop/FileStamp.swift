import Glibc

/// What tells that a file is another one than before, without reading it.
public struct FileStamp: Sendable, Equatable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int
    /// Whether it is a file with content of its own, unlike a folder, a pipe or a device.
    public let isPlainFile: Bool

    /// `nil` for a file that is not there, or cannot be looked at. Links are followed: it is how
    /// files are exchanged all at once.
    public init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// `nil` where there is no such open file.
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

    /// When it was written, in milliseconds since 1970.
    public var modified: Int { seconds * 1000 + nanoseconds / 1_000_000 }

    /// Whether it is the same file or folder, whatever was written into it.
    public func isSameFile(as other: FileStamp) -> Bool { device == other.device && inode == other.inode }

    /// Whether the name itself is a link or a folder: what stands behind such a name changes
    /// without an event of its own.
    public static func isLinkOrFolder(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFLNK || status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a name that has just come to be is whole already: a link, a further name of a file,
    /// which nobody need write, or something that is no file at all.
    public static func isWholeWhenMade(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFREG || status.st_nlink > 1
    }
}
