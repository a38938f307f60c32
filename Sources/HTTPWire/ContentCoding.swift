/// The content codings that are spoken (RFC 9110, section 8.4.1).
public enum ContentCoding: String, Sendable, Equatable {
    case identity, gzip

    /// The coding of a request's body; `nil` for one that is not known, and for several on top of
    /// each other.
    /// - Parameter field: All `Content-Encoding` fields, joined; none means ``identity``.
    public static func ofBody(_ field: String?) -> ContentCoding? {
        guard let field else { return .identity }
        switch field.lowercased() {
        case "", "identity": return .identity
        case "gzip", "x-gzip": return .gzip
        default: return nil
        }
    }

    /// What an `Accept-Encoding` likes best (RFC 9110, section 12.5.3): gzip where it is allowed
    /// and not liked less than no coding at all.
    ///
    /// Where it allows neither, ``identity``, as the specification recommends. A member that cannot
    /// be read is passed over.
    /// - Parameter field: All fields, joined; without one no coding is used.
    public static func negotiated(acceptEncoding field: String?) -> ContentCoding {
        guard let field else { return .identity }
        var gzip: Int?, identity: Int?, others: Int?
        var scanner = FieldScanner(field)
        var members = 0
        while !scanner.atEnd, members < mostMembers {
            members += 1
            if let (name, quality) = scanner.weighted(), scanner.atEnd || scanner.take(UInt8(ascii: ",")) {
                switch name.lowercased() {
                case "gzip", "x-gzip": gzip = max(gzip ?? 0, quality)
                case "identity": identity = quality
                case "*": others = quality
                default: break
                }
            } else {
                scanner.skipElement()
            }
        }
        let ofGzip = gzip ?? others ?? 0
        return ofGzip > 0 && ofGzip >= identity ?? 0 ? .gzip : .identity
    }

    /// Members that are read; stands against a field of 32 KiB of commas.
    private static let mostMembers = 64
}

extension FieldScanner {
    /// A token with its weight in thousandths, and the blanks around it.
    fileprivate mutating func weighted() -> (String, Int)? {
        skipBlanks()
        guard let name = token() else { return nil }
        skipBlanks()
        var quality = 1000
        if take(UInt8(ascii: ";")) {
            skipBlanks()
            guard let key = token(), key.lowercased() == "q", take(UInt8(ascii: "=")),
                let value = token().flatMap(AcceptedRange.thousandths)
            else { return nil }
            quality = value
            skipBlanks()
        }
        return (name, quality)
    }
}
