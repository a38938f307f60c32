/// Decodes percent-escapes (RFC 3986, section 2.1). The result must be UTF-8 without NUL.
public enum PercentDecoding {
    /// Maximum parameters of one form. Guards against a query of nothing but `&`.
    public static let mostParameters = 256

    /// `application/x-www-form-urlencoded`: parameters separated by `&`, names from values by the
    /// first `=`, `+` for a space. Parameters without name and value are skipped; one without `=`
    /// has an empty value. A failure (400) for an invalid escape.
    public static func form(_ bytes: ArraySlice<UInt8>) throws(HTTPFailure) -> [QueryParameter] {
        var parameters: [QueryParameter] = []
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let pair = rest[rest.startIndex..<end]
            rest = end < rest.endIndex ? rest[(end + 1)...] : []
            guard !pair.isEmpty else { continue }
            guard parameters.count < mostParameters else {
                throw .bad("The query has more than \(mostParameters) parameters.")
            }
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let value = equals < pair.endIndex ? pair[(equals + 1)...] : []
            parameters.append(QueryParameter(name: try decode(pair[..<equals]), value: try decode(value)))
        }
        return parameters
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) throws(HTTPFailure) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.endIndex, let high = bytes[index + 1].hexValue,
                    let low = bytes[index + 2].hexValue
                else { throw .bad("A `%` in the request target is not followed by two hexadecimal digits.") }
                decoded.append(high << 4 | low)
                index += 3
            case UInt8(ascii: "+"):
                decoded.append(0x20)
                index += 1
            case let byte:
                decoded.append(byte)
                index += 1
            }
        }
        guard !decoded.contains(0) else { throw .bad("The request target contains a NUL character.") }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw .bad("The request target is not valid UTF-8 once its escapes are resolved.")
        }
        return text
    }
}
