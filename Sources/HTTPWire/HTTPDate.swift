public enum HTTPDate {
    /// The preferred form of RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Parameter unixSeconds: Seconds since 1970; clamped to the years 1970 to 9999.
    public static func format(unixSeconds: Int64) -> [UInt8] {
        let seconds = Int(min(max(unixSeconds, 0), 253_402_300_799))
        let days = seconds / 86_400
        let time = seconds % 86_400
        let (year, month, day) = civil(days)
        var output: [UInt8] = []
        output.reserveCapacity(29)
        output.append(name("ThuFriSatSunMonTueWed", days % 7))
        output.append(", ")
        output.append(contentsOf: pair(day))
        output.append(" ")
        output.append(name("JanFebMarAprMayJunJulAugSepOctNovDec", month - 1))
        output.append(" ")
        output.append(contentsOf: pair(year / 100) + pair(year % 100))
        output.append(" ")
        output.append(contentsOf: pair(time / 3600))
        output.append(":")
        output.append(contentsOf: pair(time / 60 % 60))
        output.append(":")
        output.append(contentsOf: pair(time % 60))
        output.append(" GMT")
        return output
    }

    /// The day, counted in years that begin with March, so that a leap day is the last.
    private static func civil(_ daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468  // since 0000-03-01
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func pair(_ number: Int) -> [UInt8] { [UInt8(0x30 + number / 10), UInt8(0x30 + number % 10)] }

    private static func name(_ names: StaticString, _ index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: names.utf8Start + index * 3, count: 3)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) { append(contentsOf: bytes) }
}
