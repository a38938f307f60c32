import PostgresSQL

/// The comment before a statement that leads from PostgreSQL's views and log (`pg_stat_activity`,
/// `pg_stat_statements`) back to the operation.
enum StatementTag {
    /// Maximum characters of an operation's name; longer ones are cut. Guards against names that
    /// are longer than their statement.
    static let longestName = 64

    /// `/* op=TicketList plan=1f3a5c7e90b2d4f6 */ `, without `op` if the operation has no name.
    ///
    /// The name comes from the client: only GraphQL name characters are kept.
    static func comment(operation: String?, plan: String) -> String {
        let name = (operation ?? "").utf8.filter(isNameCharacter).prefix(longestName)
        return name.isEmpty ? "/* plan=\(plan) */ " : "/* op=\(String(decoding: name, as: UTF8.self)) plan=\(plan) */ "
    }

    /// A plan's hash in 16 hexadecimal digits, over its loads' SQL and paths (64-bit FNV-1a). The
    /// viewer, values and the operation's name are not included.
    static func planHash(_ loads: [Load], _ texts: [String]) -> String {
        var hash = FNVHash()
        for (load, text) in zip(loads, texts) {
            hash.mix(load.path)
            hash.mix(0xFF)
            var own = FNVHash()
            own.mix(text)
            withUnsafeBytes(of: own.value.littleEndian) { for byte in $0 { hash.mix(byte) } }
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
