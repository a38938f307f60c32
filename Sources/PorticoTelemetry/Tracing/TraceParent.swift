import HTTPWire
import JSONBytes

/// The parent of a request in a distributed trace (W3C Trace Context, level 1, section 3.2).
package struct TraceParent: Sendable, Equatable {
    var traceID: (high: UInt64, low: UInt64)
    var parentID: UInt64
    var isSampled: Bool

    /// The request's valid `traceparent`, if any; an invalid one is ignored, as specified.
    package init?(_ request: HTTPRequest) {
        guard let field = request.header("traceparent"), request.headerCount("traceparent") == 1 else { return nil }
        self.init(field)
    }

    /// `version-traceid-parentid-flags` in lower-case hexadecimal; later versions may append `-…`.
    package init?(_ field: ArraySlice<UInt8>) {
        let dash = UInt8(ascii: "-"), bytes = Array(field)
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Self.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
            let parent = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55]),
            high != 0 || low != 0, parent != 0
        else { return nil }
        traceID = (high, low)
        parentID = parent
        isSampled = flags & 1 == 1
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    /// The trace's id in 32 digits.
    func writeTraceID(into buffer: ResponseBuffer) {
        for word in [traceID.high, traceID.low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
                buffer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }

    package static func == (one: TraceParent, other: TraceParent) -> Bool {
        one.traceID == other.traceID && one.parentID == other.parentID && one.isSampled == other.isSampled
    }
}
