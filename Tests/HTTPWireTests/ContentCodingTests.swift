import HTTPWire
import Testing

struct ContentCodingTests {
    @Test(
        "Of several codings the client chooses (RFC 9110, section 12.5.3)",
        arguments: [
            (nil, .identity), ("", .identity), ("gzip", .gzip), ("x-gzip", .gzip), ("GZip", .gzip),
            ("gzip, deflate, br, zstd", .gzip), ("deflate, br", .identity),
            ("gzip;q=0", .identity), ("gzip;q=0.000", .identity), ("gzip ; q=0.001", .gzip), ("*", .gzip),
            ("*;q=0", .identity), ("gzip;q=0, *", .identity), ("br;q=1, *;q=0.1", .gzip),
            ("identity;q=1, gzip;q=0.5", .identity), ("identity;q=0.5, gzip", .gzip), ("identity;q=0", .identity),
            ("gzip;q=2", .identity), ("gzip;q=x, gzip", .gzip),
            (";;;, gzip", .gzip), ("gzip deflate", .identity), ("identity;q=0, gzip;q=0.1", .gzip),
        ] as [(String?, ContentCoding)])
    func negotiation(field: String?, coding: ContentCoding) {
        #expect(ContentCoding.negotiated(acceptEncoding: field) == coding)
    }

    @Test(
        arguments: [
            (nil, .identity), ("", .identity), ("identity", .identity), ("gzip", .gzip), ("X-GZIP", .gzip), ("br", nil),
            ("gzip, gzip", nil), ("identity, gzip", nil), ("gzip;q=1", nil),
        ] as [(String?, ContentCoding?)])
    func bodies(field: String?, coding: ContentCoding?) { #expect(ContentCoding.ofBody(field) == coding) }

    @Test func aFieldOfCommasIsShortWork() {
        #expect(ContentCoding.negotiated(acceptEncoding: String(repeating: ",", count: 32_000) + "gzip") == .identity)
    }
}
