/// A file of SQL: its path, as messages show it, and its bytes.
public struct SQLScript: Sendable, Equatable {
    public let path: String
    public let bytes: [UInt8]

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// The file at `path`, shown in messages as `name`.
    ///
    /// Throws ``MigrationError/unreadable(path:reason:)`` when there is no such file, it is larger
    /// than ``MigrationLimits/fileBytes``, or it holds what PostgreSQL would not take as the text
    /// of a query: a NUL byte, a byte order mark, or bytes that are not UTF-8.
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

    /// The byte offset of a character that PostgreSQL counts from 1 within the statement that
    /// starts at `start`.
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
