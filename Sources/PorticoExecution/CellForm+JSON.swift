import JSONBytes
import PorticoPlanning

extension CellForm {
    /// Writes a cell in PostgreSQL's binary form as JSON. False if JSON or the field's scalar
    /// cannot represent it; then what was written is to be discarded.
    ///
    /// An unrepresentable array element becomes null if nullable; `lost` receives its index.
    func write(_ cell: UnsafeRawBufferPointer, into buffer: ResponseBuffer, lost: (Int) -> Void = { _ in }) -> Bool {
        switch self {
        case .string:
            buffer.appendJSONString(cell)
            return true
        case .paddedString:
            let end = cell.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
            buffer.appendJSONString(UnsafeRawBufferPointer(rebasing: cell[..<end]))
            return true
        case .int2: return integer(cell, as: Int16.self, into: buffer)
        case .int4: return buffer.appendInt4(cell)
        case .int8: return integer(cell, as: Int64.self, into: buffer, within: Int32.self)
        case .quotedInt2: return quoted(buffer) { integer(cell, as: Int16.self, into: buffer) }
        case .quotedInt4: return quoted(buffer) { integer(cell, as: Int32.self, into: buffer) }
        case .quotedInt8: return quoted(buffer) { integer(cell, as: Int64.self, into: buffer) }
        case .float4:
            guard let bits = load(cell, UInt32.self) else { return false }
            let value = Float(bitPattern: bits)
            // The digits of the shorter type.
            return value.isFinite && buffer.appendDouble(Double(value.description) ?? Double(value))
        case .float8:
            guard let bits = load(cell, UInt64.self) else { return false }
            return buffer.appendDouble(Double(bitPattern: bits))
        case .bool: return buffer.appendBool(cell)
        case .timestamptz, .timestamp: return buffer.appendTimestamp(cell)
        case .date: return quoted(buffer) { date(cell, into: buffer) }
        case .numeric: return quoted(buffer) { NumericText.write(cell, into: buffer) }
        case .uuid: return quoted(buffer) { uuid(cell, into: buffer) }
        case .json:
            // PostgreSQL stores `json` unchanged, including escapes of lone surrogates.
            guard !cell.isEmpty, !hasLoneSurrogate(cell) else { return false }
            buffer.append(cell)
            return true
        case .jsonb:
            guard cell.count > 1, cell[0] == 1 else { return false }  // the version of the binary form
            buffer.append(UnsafeRawBufferPointer(rebasing: cell[1...]))
            return true
        case .enumeration(let texts):
            for text in texts where text.label.count == cell.count && text.label.elementsEqual(cell) {
                buffer.append(text.json)
                return true
            }
            return false
        case .array(let element, let elementsNonNull):
            return array(cell, element, elementsNonNull: elementsNonNull, into: buffer, lost: lost)
        }
    }

    /// Whether an escape is a lone surrogate (RFC 8259, section 8.2), which strict parsers reject.
    private func hasLoneSurrogate(_ json: UnsafeRawBufferPointer) -> Bool {
        let backslash = UInt8(ascii: "\\")
        guard json.contains(backslash) else { return false }
        var index = 0, awaitsLow = false
        while index < json.count {
            guard json[index] == backslash, index + 1 < json.count else {
                if awaitsLow { return true }
                index += 1
                continue
            }
            guard json[index + 1] == UInt8(ascii: "u"), index + 5 < json.count,
                let unit = UInt16(String(decoding: json[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
            else {
                if awaitsLow { return true }
                index += 2
                continue
            }
            let isLow = (0xDC00...0xDFFF).contains(unit)
            if isLow != awaitsLow { return true }
            awaitsLow = (0xD800...0xDBFF).contains(unit)
            index += 6
        }
        return awaitsLow
    }

    private func quoted(_ buffer: ResponseBuffer, _ body: () -> Bool) -> Bool {
        buffer.append(UInt8(ascii: "\""))
        let isWritten = body()
        buffer.append(UInt8(ascii: "\""))
        return isWritten
    }

    private func load<T: FixedWidthInteger>(_ cell: UnsafeRawBufferPointer, _ type: T.Type) -> T? {
        cell.count == MemoryLayout<T>.size ? T(bigEndian: cell.loadUnaligned(as: T.self)) : nil
    }

    private func integer<T: FixedWidthInteger & SignedInteger>(
        _ cell: UnsafeRawBufferPointer, as type: T.Type, into buffer: ResponseBuffer
    ) -> Bool {
        guard let value = load(cell, type) else { return false }
        buffer.appendInteger(Int64(value))
        return true
    }

    /// GraphQL's `Int` has 32 bits (section 3.5.1).
    private func integer(
        _ cell: UnsafeRawBufferPointer, as type: Int64.Type, into buffer: ResponseBuffer, within bounds: Int32.Type
    ) -> Bool {
        guard let value = load(cell, type), Int32(exactly: value) != nil else { return false }
        buffer.appendInteger(value)
        return true
    }

    private func date(_ cell: UnsafeRawBufferPointer, into buffer: ResponseBuffer) -> Bool {
        guard let days = load(cell, Int32.self), days != .max, days != .min else { return false }
        let start = buffer.count
        let (microseconds, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400_000_000)
        guard !overflow, buffer.appendDateTime(microsecondsSince2000: microseconds) else { return false }
        buffer.truncate(to: start + "2000-01-01".utf8.count)
        return true
    }

    private func uuid(_ cell: UnsafeRawBufferPointer, into buffer: ResponseBuffer) -> Bool {
        guard cell.count == 16 else { return false }
        for (position, byte) in cell.enumerated() {
            if position == 4 || position == 6 || position == 8 || position == 10 { buffer.append(UInt8(ascii: "-")) }
            buffer.append(hexDigit(byte >> 4))
            buffer.append(hexDigit(byte & 15))
        }
        return true
    }

    private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    /// One-dimensional: dimensions, null flag, the element's OID, length, lower bound, elements.
    private func array(
        _ cell: UnsafeRawBufferPointer, _ element: CellForm, elementsNonNull: Bool, into buffer: ResponseBuffer,
        lost: (Int) -> Void
    ) -> Bool {
        guard cell.count >= 12 else { return false }
        let dimensions = Int32(bigEndian: cell.loadUnaligned(as: Int32.self))
        buffer.append(UInt8(ascii: "["))
        if dimensions == 0 {
            buffer.append(UInt8(ascii: "]"))
            return true
        }
        guard dimensions == 1, cell.count >= 20 else { return false }
        let length = Int(Int32(bigEndian: cell.loadUnaligned(fromByteOffset: 12, as: Int32.self)))
        var offset = 20
        for index in 0..<max(0, length) {
            guard offset + 4 <= cell.count else { return false }
            let size = Int(Int32(bigEndian: cell.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            offset += 4
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            if size < 0 {
                if elementsNonNull { return false }
                buffer.append("null")
                continue
            }
            guard offset + size <= cell.count else { return false }
            let start = buffer.count
            if !element.write(UnsafeRawBufferPointer(rebasing: cell[offset..<(offset + size)]), into: buffer) {
                if elementsNonNull { return false }
                buffer.truncate(to: start)
                buffer.append("null")
                lost(index)
            }
            offset += size
        }
        buffer.append(UInt8(ascii: "]"))
        return true
    }
}

/// The most frequent forms; false, with nothing to keep written, for a mismatched cell.
extension ResponseBuffer {
    @inline(__always)
    func appendInt4(_ cell: UnsafeRawBufferPointer) -> Bool {
        guard cell.count == 4 else { return false }
        appendInteger(Int64(Int32(bigEndian: cell.loadUnaligned(as: Int32.self))))
        return true
    }

    @inline(__always)
    func appendBool(_ cell: UnsafeRawBufferPointer) -> Bool {
        guard cell.count == 1 else { return false }
        if cell[0] != 0 { append("true") } else { append("false") }
        return true
    }

    @inline(__always)
    func appendTimestamp(_ cell: UnsafeRawBufferPointer) -> Bool {
        guard cell.count == 8 else { return false }
        let start = count
        append(UInt8(ascii: "\""))
        guard appendDateTime(microsecondsSince2000: Int64(bigEndian: cell.loadUnaligned(as: Int64.self))) else {
            truncate(to: start)
            return false
        }
        append(UInt8(ascii: "\""))
        return true
    }
}
