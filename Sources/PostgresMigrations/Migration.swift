import Crypto

/// One migration on disk: `migrations/NAME/migration.sql`.
public struct Migration: Sendable, Equatable {
    /// The folder's name, such as `20250101000000_data_model`; migrations run in this order.
    public let name: String
    public let script: SQLScript
    /// SHA-256 of the unmodified file, 64 lower-case hexadecimal digits: Prisma's checksum.
    public let checksum: String

    public init(name: String, script: SQLScript) {
        self.name = name
        self.script = script
        self.checksum = Self.hexadecimal(SHA256.hash(data: script.bytes))
    }

    /// Whether a checksum is this file's, ignoring line ends: git may write them as `\r\n` on one
    /// machine and as `\n` on another. Prisma's tools do the same, and also accept checksums of
    /// their early versions, which lack zeros.
    func matches(_ recorded: String) -> Bool {
        if recorded == checksum { return true }
        let unix = Self.withUnixLines(script.bytes)
        let lines = unix.split(separator: 0x0A, omittingEmptySubsequences: false)
        let windows = Array(lines.joined(separator: [0x0D, 0x0A]))
        return [script.bytes, unix, windows].contains { bytes in
            let digest = SHA256.hash(data: bytes)
            return recorded == Self.hexadecimal(digest) || recorded == digest.map { String($0, radix: 16) }.joined()
        }
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        digest.reduce(into: "") { text, byte in text += String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16) }
    }

    private static func withUnixLines(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
            result.append(byte)
        }
        return result
    }

    /// Whether the file asks to run outside a transaction, as `CREATE INDEX CONCURRENTLY` must: its
    /// first line is `-- portico: no transaction`.
    public var runsOutsideTransaction: Bool {
        let line = script.bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        return line.count < 80
            && String(decoding: line, as: UTF8.self).split(separator: " ").joined(separator: " ")
                == "-- portico: no transaction"
    }
}
