extension ResponseBuffer {
    /// The decimal digits of an integer, two at a time, from the right.
    @inlinable public func appendInteger(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendMagnitude(value.magnitude)
    }

    @inlinable public func appendInteger(_ value: Int) { appendInteger(Int64(value)) }

    @inlinable func appendMagnitude(_ value: UInt64) {
        if value < 10 {
            append(UInt8(truncatingIfNeeded: 0x30 &+ value))
            return
        }
        let digits = Self.digitCount(value)
        reserve(digits)
        var cursor = base + length + digits
        var rest = value
        while rest >= 100 {
            let quotient = rest / 100
            cursor -= 2
            Self.storePair(Int(truncatingIfNeeded: rest &- quotient &* 100), at: cursor)
            rest = quotient
        }
        if rest >= 10 {
            cursor -= 2
            Self.storePair(Int(truncatingIfNeeded: rest), at: cursor)
        } else {
            (cursor - 1).storeBytes(of: UInt8(truncatingIfNeeded: 0x30 &+ rest), as: UInt8.self)
        }
        length &+= digits
    }

    /// The two digits of a number below 100.
    @inlinable static func storePair(_ value: Int, at target: UnsafeMutableRawPointer) {
        let pairs: StaticString = """
            0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
            5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
            """
        target.copyMemory(from: pairs.utf8Start + value &* 2, byteCount: 2)
    }

    @inlinable static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10_000 {
            rest /= 10_000
            count &+= 4
        }
        if rest >= 1000 { return count &+ 3 }
        if rest >= 100 { return count &+ 2 }
        return rest >= 10 ? count &+ 1 : count
    }

    /// `true`, and the shortest spelling that reads back as the same number (`1.5`, `100`, `1e+20`,
    /// `-0`); `false`, with nothing written, for infinities and NaN, which JSON lacks (RFC 8259,
    /// section 6): the caller reports the field's error.
    @inlinable @discardableResult
    public func appendDouble(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        // Up to 2^53 every integer is exact, and most doubles of a database are integers or short.
        if value.magnitude <= 0x1p53 {
            let integer = Int64(value)
            if Double(integer) == value, integer != 0 || value.sign == .plus {
                appendInteger(integer)
                return true
            }
        }
        appendShortest(value)
        return true
    }

    @usableFromInline func appendShortest(_ value: Double) {
        var text = value.description
        if text.utf8.count > 2, text.hasSuffix(".0") { text.removeLast(2) }
        append(utf8: text)
    }

    /// `true`, and a PostgreSQL instant in RFC 3339 format, in UTC, without quotes:
    /// `2025-03-01T10:20:30.5Z`, with up to six fraction digits without trailing zeros. `false`,
    /// with nothing written, for PostgreSQL's infinities and for years outside 0001...9999.
    ///
    /// - Parameter microsecondsSince2000: As in PostgreSQL's binary `timestamptz`; its smallest and
    ///   largest values are the infinities.
    @inlinable @discardableResult
    public func appendDateTime(microsecondsSince2000: Int64) -> Bool {
        let date = CivilDate(microsecondsSince2000: microsecondsSince2000)
        guard let date else { return false }
        reserve(27)
        let start = base + length
        Self.storePair(date.year / 100, at: start)
        Self.storePair(date.year % 100, at: start + 2)
        start.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 4, as: UInt8.self)
        Self.storePair(date.month, at: start + 5)
        start.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 7, as: UInt8.self)
        Self.storePair(date.day, at: start + 8)
        start.storeBytes(of: UInt8(ascii: "T"), toByteOffset: 10, as: UInt8.self)
        let seconds = UInt32(truncatingIfNeeded: date.microsecondOfDay / 1_000_000)
        Self.storePair(Int(seconds / 3600), at: start + 11)
        start.storeBytes(of: UInt8(ascii: ":"), toByteOffset: 13, as: UInt8.self)
        Self.storePair(Int(seconds / 60 % 60), at: start + 14)
        start.storeBytes(of: UInt8(ascii: ":"), toByteOffset: 16, as: UInt8.self)
        Self.storePair(Int(seconds % 60), at: start + 17)
        var end = 19
        var fraction = UInt32(truncatingIfNeeded: date.microsecondOfDay % 1_000_000)
        if fraction != 0 {
            start.storeBytes(of: UInt8(ascii: "."), toByteOffset: 19, as: UInt8.self)
            Self.storePair(Int(fraction / 10_000), at: start + 20)
            Self.storePair(Int(fraction / 100 % 100), at: start + 22)
            Self.storePair(Int(fraction % 100), at: start + 24)
            end = 26
            while fraction % 10 == 0 {
                fraction /= 10
                end &-= 1
            }
        }
        start.storeBytes(of: UInt8(ascii: "Z"), toByteOffset: end, as: UInt8.self)
        length &+= end &+ 1
        return true
    }
}

/// A day of the proleptic Gregorian calendar and the time in it.
@usableFromInline struct CivilDate {
    @usableFromInline var year: Int
    @usableFromInline var month: Int
    @usableFromInline var day: Int
    @usableFromInline var microsecondOfDay: Int64

    /// `nil` for years that do not have four digits, including the infinities.
    @inlinable init?(microsecondsSince2000 instant: Int64) {
        // 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z.
        guard instant >= -63_082_281_600_000_000, instant < 252_455_616_000_000_000 else { return nil }
        let perDay: Int64 = 86_400_000_000
        var days = instant / perDay
        microsecondOfDay = instant % perDay
        if microsecondOfDay < 0 {
            microsecondOfDay += perDay
            days -= 1
        }
        // Counts from 0000-03-01: with the leap day last, every year's months have the same
        // lengths, and days are 730,425 later than from 2000-01-01. From there on by
        // multiplications in 32 bits (C. Neri, L. Schneider: Euclidean affine functions and their
        // application to calendar algorithms, 2022).
        let quarters = 4 &* UInt32(truncatingIfNeeded: days &+ 730_425) &+ 3
        let century = quarters / 146_097, quartersOfCentury = quarters % 146_097 | 3
        let scaled = UInt64(quartersOfCentury) &* 2_939_745
        let yearOfCentury = UInt32(truncatingIfNeeded: scaled &>> 32)
        let dayOfYear = UInt32(truncatingIfNeeded: scaled) / 2_939_745 / 4
        let monthAndDay = 2141 &* dayOfYear &+ 197_913
        let isNextYear = dayOfYear >= 306
        day = Int((monthAndDay & 0xFFFF) / 2141 &+ 1)
        month = Int(monthAndDay &>> 16) &- (isNextYear ? 12 : 0)
        year = Int(100 &* century &+ yearOfCentury) &+ (isNextYear ? 1 : 0)
    }
}
