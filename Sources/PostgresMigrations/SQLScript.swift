/// A file of SQL: its path for messages, and its bytes.
public struct SQLScript: Sendable, Equatable {
    public let path: String
    public let bytes: [UInt8]

    public init(path: String, bytes: [UInt8]) { (self.path, self.bytes) = (path, bytes) }

    /// The file at `path`, shown in messages as `name`.
    ///
    /// Throws ``MigrationError/unreadable(path:reason:)`` if the file does not exist, is larger
    /// than ``MigrationLimits/fileBytes``, or contains what PostgreSQL refuses in a query: a NUL
    /// byte, a byte order mark, or invalid UTF-8.
    public init(contentsOf path: String, name: String) throws(MigrationError) {
        let bytes = try FolderReader.bytes(ofFile: path, name: name)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw .unreadable(path: name, reason: "it starts with a byte order mark; save it as UTF-8 without one")
        }
        if bytes.contains(0) { throw .unreadable(path: name, reason: "it holds a NUL byte; it must be text in UTF-8") }
        if String(validating: bytes, as: UTF8.self) == nil { throw .unreadable(path: name, reason: "it is not UTF-8") }
        self.init(path: name, bytes: bytes)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The byte offset of PostgreSQL's character position (from 1) in the statement at `start`.
    func offset(ofCharacter position: Int, from start: Int) -> Int {
        var remaining = position - 1, index = start
        while index < bytes.count, remaining > 0 {
            index += 1
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
            remaining -= 1
        }
        return index
    }
}
