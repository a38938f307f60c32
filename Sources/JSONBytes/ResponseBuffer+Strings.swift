extension ResponseBuffer {
    /// A JSON string (RFC 8259, section 7): quoted, with `"`, `\` and the control characters
    /// escaped and everything else copied.
    ///
    /// - Parameter raw: Valid UTF-8, which PostgreSQL guarantees for its text; not checked again.
    ///   It must not be inside this buffer.
    @inlinable public func appendJSONString(_ raw: UnsafeRawBufferPointer) {
        let total = raw.count
        // Words are stored before it is known how much of them is kept, so there is one word of
        // slack; two bytes are for the quotes.
        reserve(total &+ 10)
        base.storeBytes(of: UInt8(ascii: "\""), toByteOffset: length, as: UInt8.self)
        length &+= 1
        if let source = raw.baseAddress {
            // The byte at `index` goes to `target + index`, until an escape shifts the rest.
            var target = base + length
            var index = 0
            while index &+ 8 <= total {
                let word = (source + index).loadUnaligned(as: UInt64.self)
                target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
                let found = Self.escapeMask(UInt64(littleEndian: word))
                if found == 0 {
                    index &+= 8
                } else {
                    index &+= found.trailingZeroBitCount >> 3
                    target = appendEscape(of: source, at: &index, total, target)
                }
            }
            while index < total {
                let word = Self.tailWord(source, from: index, to: total)
                target.storeBytes(of: word.littleEndian, toByteOffset: index, as: UInt64.self)
                // The bytes above the tail are zero, which looks like a control character.
                let found = Self.escapeMask(word) & ((1 &<< UInt64(truncatingIfNeeded: (total &- index) &* 8)) &- 1)
                if found == 0 {
                    index = total
                } else {
                    index &+= found.trailingZeroBitCount >> 3
                    target = appendEscape(of: source, at: &index, total, target)
                }
            }
            length = (target - base) &+ total
        }
        append(UInt8(ascii: "\""))
    }

    /// The last one to seven bytes, the first lowest, without access beyond the source.
    @inlinable static func tailWord(_ source: UnsafeRawPointer, from index: Int, to total: Int) -> UInt64 {
        let rest = total &- index
        if total >= 8 {
            let last = UInt64(littleEndian: (source + total - 8).loadUnaligned(as: UInt64.self))
            return last &>> UInt64(truncatingIfNeeded: (8 &- rest) &* 8)
        }
        let start = source + index
        if rest >= 4 {
            let low = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
            let high = UInt32(littleEndian: (start + rest - 4).loadUnaligned(as: UInt32.self))
            return UInt64(low) | UInt64(high) &<< UInt64(truncatingIfNeeded: (rest &- 4) &* 8)
        }
        let middle = rest >> 1
        let first = UInt64(start.load(as: UInt8.self))
        let second =
            UInt64(start.load(fromByteOffset: middle, as: UInt8.self)) &<< UInt64(truncatingIfNeeded: middle &* 8)
        return first | second | UInt64(start.load(fromByteOffset: rest &- 1, as: UInt8.self))
            &<< UInt64(truncatingIfNeeded: (rest &- 1) &* 8)
    }

    @inlinable public func appendJSONString(_ text: String) {
        var text = text
        text.withUTF8 { appendJSONString(UnsafeRawBufferPointer($0)) }
    }

    @inlinable public func appendJSONString(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { appendJSONString($0) }
    }

    /// Non-zero if one of the eight bytes must be escaped; the lowest bit set is then in the first
    /// of them. A subtraction borrows only into bytes above a hit, so the bits above the lowest one
    /// are meaningless.
    @inlinable static func escapeMask(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let slashes = word ^ (ones &* 0x5C)
        let controls = (word &- ones &* 0x20) & ~word
        return (controls | ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)) & (ones &* 0x80)
    }

    /// Writes the escape of the byte at `index` and steps over it; reserves room for the remaining
    /// bytes, one word of slack and the closing quote.
    /// - Parameter target: Where the byte at 0 would be; returns the same for the remaining bytes.
    @usableFromInline @inline(never)
    func appendEscape(
        of source: UnsafeRawPointer, at index: inout Int, _ total: Int, _ target: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        length = (target - base) + index
        reserve(total - index + 16)
        writeEscape(source.load(fromByteOffset: index, as: UInt8.self))
        index += 1
        return base + (length - index)
    }

    /// There is room for six bytes.
    private func writeEscape(_ byte: UInt8) {
        let letter: UInt8 =
            switch byte {
            case 0x22, 0x5C: byte
            case 0x08: UInt8(ascii: "b")
            case 0x09: UInt8(ascii: "t")
            case 0x0A: UInt8(ascii: "n")
            case 0x0C: UInt8(ascii: "f")
            case 0x0D: UInt8(ascii: "r")
            default: UInt8(ascii: "u")
            }
        let target = base + length
        target.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
        target.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
        length &+= 2
        guard letter == UInt8(ascii: "u") else { return }
        append("00")
        let hex: StaticString = "0123456789abcdef"
        append(hex.utf8Start[Int(byte >> 4)])
        append(hex.utf8Start[Int(byte & 15)])
    }
}
