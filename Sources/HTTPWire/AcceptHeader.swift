/// The preferred offer of an `Accept` field (RFC 9110, section 12.5.1), or `nil` if it accepts none
/// (406).
///
/// The quality of an offer is that of the most specific matching range; 0 excludes it. Among equal
/// qualities the more specific range wins, then the order of the offers. Without an `Accept`, or
/// with an empty one, the first offer is taken. An unparsable range matches nothing.
///
/// - Parameters:
///   - accept: All `Accept` fields of the request, joined (``HTTPRequest/list(_:)``).
///   - offered: The server's preference first. A range's `charset` matches the offer's own or
///     UTF-8; its other parameters must equal the offer's.
public func negotiate(accept: String?, offered: [MediaType]) -> MediaType? {
    guard let accept, !accept.utf8.allSatisfy(\.isBlank) else { return offered.first }
    let ranges = AcceptedRange.parse(accept)
    var best: (offer: MediaType, range: AcceptedRange)?
    for offer in offered {
        // The first of equally specific ranges counts.
        var match: AcceptedRange?
        for range in ranges where range.matches(offer) && range.specificity > match?.specificity ?? -1 { match = range }
        guard let match, match.quality > 0 else { continue }
        if let best, (best.range.quality, best.range.specificity) >= (match.quality, match.specificity) { continue }
        best = (offer, match)
    }
    return best?.offer
}

/// One element of an `Accept` field.
struct AcceptedRange {
    let range: MediaType
    /// In thousandths.
    let quality: Int

    /// Elements that are read; further ones are ignored. Guards against a field of 32 KiB of `*/*`,
    /// each compared with each offer.
    static let mostRanges = 64

    static func parse(_ text: String) -> [AcceptedRange] {
        var scanner = FieldScanner(text)
        var ranges: [AcceptedRange] = []
        while !scanner.atEnd, ranges.count < mostRanges {
            let media = scanner.mediaType()
            if let media, scanner.atEnd || scanner.take(UInt8(ascii: ",")) {
                if let range = AcceptedRange(media) { ranges.append(range) }
            } else {
                scanner.skipElement()
            }
        }
        return ranges
    }

    /// Parameters up to `q` belong to the range; those after it are ignored.
    init?(_ media: MediaType) {
        guard let weight = media.parameters.firstIndex(where: { $0.name == "q" }) else {
            range = media
            quality = 1000
            return
        }
        guard let quality = Self.thousandths(media.parameters[weight].value) else { return nil }
        self.quality = quality
        range = MediaType(media.type, media.subtype, parameters: Array(media.parameters[..<weight]))
    }

    /// `0`, `1`, and up to three decimals.
    static func thousandths(_ text: String) -> Int? {
        let digits = Array(text.utf8)
        guard let first = digits.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"), digits.count <= 5
        else { return nil }
        guard digits.count < 2 || digits[1] == UInt8(ascii: ".") else { return nil }
        var value = Int(first - 0x30) * 1000
        for (digit, weight) in zip(digits.dropFirst(2), [100, 10, 1]) {
            guard digit.isDigit else { return nil }
            value += Int(digit - 0x30) * weight
        }
        return value <= 1000 ? value : nil
    }

    var specificity: Int {
        if range.type == "*" { return 0 }
        return range.subtype == "*" ? 1 : 2 + range.parameters.count
    }

    func matches(_ offer: MediaType) -> Bool {
        guard range.type == "*" || range.type == offer.type, range.subtype == "*" || range.subtype == offer.subtype
        else { return false }
        return range.parameters.allSatisfy { parameter in
            let own = offer.parameter(parameter.name)
            if parameter.name == "charset" {
                let wanted = parameter.value.lowercased()
                return wanted == own?.lowercased() || (own == nil && ["utf-8", "utf8"].contains(wanted))
            }
            return own == parameter.value
        }
    }
}
