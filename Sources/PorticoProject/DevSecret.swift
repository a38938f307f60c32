import Glibc

/// A development cluster's secret for tokens: random, per project, in a file of mode 0600.
package enum DevSecret {
    /// Bytes of randomness: more than HMAC-SHA-256 can use.
    package static let bytes = 48

    /// The secret of the folder, created on first use.
    package static func read(orMakeIn folder: DevFolder) throws(CommandFailure) -> String {
        if let secret = try read(in: folder) { return secret }
        var random = SystemRandomNumberGenerator()
        let digits = (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = digits.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        try FileSystem.writePrivately(Array(text.utf8), to: folder.secret)
        return text
    }

    /// The secret of a folder of `portico dev`, else `nil`. Refuses a file that others may read.
    package static func read(in folder: DevFolder) throws(CommandFailure) -> String? {
        guard FileSystem.exists(folder.secret) else { return nil }
        var status = stat()
        guard lstat(folder.secret, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw .notInOrder(
                "\(folder.secret) can be read by other users: remove it, and `portico dev` makes a new one.")
        }
        let text = String(decoding: try FileSystem.bytes(of: folder.secret), as: UTF8.self)
        guard text.utf8.count == bytes * 2 else {
            throw .notInOrder("\(folder.secret) is damaged: remove it, and `portico dev` makes a new one.")
        }
        return text
    }
}
