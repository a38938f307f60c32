import Crypto

/// One migration as it stands on disk: `migrations/NAME/migration.sql`.
public struct Migration: Sendable, Equatable {
    /// The folder's name, such as `20250101000000_data_model`; migrations run in the order of these names.
    public let name: String
    public let script: SQLScript
    /// SHA-256 of the file's bytes, 64 hexadecimal digits in lower case: the checksum that Prisma's tools compute.
    public let checksum: String

    public init(name: String, script: SQLScript) {
        self.name = name
        self.script = script
        self.checksum = SHA256.hash(data: script.bytes).reduce(into: "") { text, byte in
            text += String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
        }
    }

    /// Whether the file asks to run outside a transaction, as `CREATE INDEX CONCURRENTLY` must: its first line is `-- portico: no transaction`.
    public var runsOutsideTransaction: Bool {
        let line = script.bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        return line.count < 80 && String(decoding: line, as: UTF8.self).split(separator: " ").joined(separator: " ") == "-- portico: no transaction"
    }
}
