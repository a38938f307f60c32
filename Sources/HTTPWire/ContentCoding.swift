/// The supported content codings (RFC 9110, section 8.4.1).
public enum ContentCoding: String, Sendable, Equatable {
    case identity, gzip

    /// The coding of a request's body; `nil` for an unknown one, and for several combined.
    /// - Parameter field: All `Content-Encoding` fields, joined; none means ``identity``.
    public static func ofBody(_ field: String?) -> ContentCoding? {
        guard let field else { return .identity }
        switch field.lowercased() {
        case "", "identity": return .identity
        case "gzip", "x-gzip": return .gzip
        default: return nil
        }
    }

    /// The preferred coding of an `Accept-Encoding` (RFC 9110, section 12.5.3): gzip if it is
    /// allowed and not less preferred than no coding.
    ///
    /// ``identity`` if neither is allowed, as the specification recommends. Ignores invalid
    /// members.
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

    /// Members that are read. Guards against a field of 32 KiB of commas.
    private static let mostMembers = 64
}

extension FieldScanner {
    /// A token with its weight in thousandths, and surrounding blanks.
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
