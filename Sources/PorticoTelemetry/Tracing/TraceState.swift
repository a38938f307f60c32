/// `tracestate`: what other systems pass on with a trace (W3C Trace Context, level 1, section 3.3).
enum TraceState {
    static let mostMembers = 32
    /// Characters; the minimum that must be passed on. Guards against a client that fills contexts.
    static let longest = 512

    /// The field with all its lines joined; an invalid one is dropped as a whole.
    static func valid(_ field: String) -> String? {
        guard field.utf8.count <= longest else { return nil }
        let members = field.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingPrefix { $0 == " " || $0 == "\t" }
        }
        guard members.count <= mostMembers else { return nil }
        var keys: Set<Substring> = []
        for member in members {
            let text = member.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
            if text.isEmpty { continue }
            let parts = String(text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, isKey(parts[0]), isValue(parts[1]), keys.insert(parts[0]).inserted else {
                return nil
            }
        }
        return keys.isEmpty ? nil : field
    }

    /// `key`, or `tenant@system`: at most 256 characters, or 241 and 14.
    private static func isKey(_ key: Substring) -> Bool {
        let parts = key.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        func isGood(_ part: Substring.UTF8View.SubSequence, _ longest: Int, digitFirst: Bool) -> Bool {
            guard let first = part.first, part.count <= longest, isLetter(first) || (digitFirst && isDigit(first))
            else { return false }
            return part.allSatisfy {
                isLetter($0) || isDigit($0)
                    || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/")].contains($0)
            }
        }
        switch parts.count {
        case 1: return isGood(parts[0], 256, digitFirst: false)
        case 2: return isGood(parts[0], 241, digitFirst: true) && isGood(parts[1], 14, digitFirst: false)
        default: return false
        }
    }

    private static func isValue(_ value: Substring) -> Bool {
        (1...256).contains(value.utf8.count)
            && value.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
