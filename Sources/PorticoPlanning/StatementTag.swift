import PostgresSQL

/// The comment that stands before a statement, so that what PostgreSQL shows of it
/// (`pg_stat_activity`, `pg_stat_statements`, its log) leads back to the operation.
enum StatementTag {
    /// Characters of an operation's name; the rest is left out. Stands against names that are
    /// longer than their statement.
    static let longestName = 64

    /// `/* op=TicketList plan=1f3a5c7e90b2d4f6 */ `, without `op` where the operation has no name.
    ///
    /// The name is a client's text: nothing but the characters of a GraphQL name gets through, so
    /// that it cannot end the comment or hold anything else.
    static func comment(operation: String?, plan: String) -> String {
        let name = (operation ?? "").utf8.filter(isNameCharacter).prefix(longestName)
        return name.isEmpty ? "/* plan=\(plan) */ " : "/* op=\(String(decoding: name, as: UTF8.self)) plan=\(plan) */ "
    }

    /// A name for a plan in 16 hexadecimal digits: of its loads' SQL and paths (64-bit FNV-1a). Who
    /// asks, values and the operation's name are no part of it.
    static func planHash(_ loads: [Load]) -> String {
        var hash = FNVHash()
        for load in loads {
            hash.mix(load.path)
            hash.mix(0xFF)
            // In place of the SQL itself, of which it is a hash already.
            withUnsafeBytes(of: load.statement.id.littleEndian) { for byte in $0 { hash.mix(byte) } }
        }
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
