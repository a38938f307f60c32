/// Reads answers of HTTP/1.1, one at a time, as far as a gateway sends them: a status, a length,
/// and a body of that length (RFC 9112). All else is refused by name, so that nothing is measured
/// that was not understood.
struct BenchResponseParser {
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    private static let emptyLine = ByteSearch("\r\n\r\n")

    private(set) var status = 0
    /// Whether the gateway keeps the connection open behind the answer.
    private(set) var keepsAlive = true
    private var bytes: [UInt8] = []
    /// Where the body begins, once the head is there.
    private var bodyStart: Int?
    private var bodyLength = 0

    /// Whether nothing of an answer has come yet.
    var isEmpty: Bool { bytes.isEmpty }

    /// Adds what came; true once the answer is whole.
    mutating func take(_ raw: UnsafeRawBufferPointer) throws(Failure) -> Bool {
        let seen = bytes.count
        bytes.append(contentsOf: raw)
        if bodyStart == nil {
            guard let end = headEnd(from: max(0, seen - 3)) else {
                if bytes.count > BenchLimits.headBytes {
                    throw Failure("the head of the answer is longer than \(BenchLimits.headBytes) bytes")
                }
                return false
            }
            try readHead(bytes[..<(end - 2)])
            bodyStart = end
            bytes.reserveCapacity(end + bodyLength)
        }
        guard let start = bodyStart else { return false }
        guard bytes.count <= start + bodyLength else {
            throw Failure("more bytes came than the content-length says (\(bodyLength))")
        }
        return bytes.count == start + bodyLength
    }

    /// The body of an answer that is whole.
    func withBody<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[(bodyStart ?? $0.count)...])) }
    }

    /// Forgets the answer, for the next one; the memory is kept.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        (status, keepsAlive, bodyStart, bodyLength) = (0, true, nil, 0)
    }

    // MARK: The head

    /// Behind the empty line.
    private func headEnd(from start: Int) -> Int? {
        bytes.withUnsafeBytes { Self.emptyLine.first(in: $0, from: start) }.map { $0 + 4 }
    }

    /// - Parameter head: Its lines, each with its end.
    private mutating func readHead(_ head: ArraySlice<UInt8>) throws(Failure) {
        var line = head.startIndex, isFirst = true, length: Int?
        while line < head.endIndex {
            guard let end = head[line...].firstIndex(of: 0x0D), end + 1 < head.endIndex, head[end + 1] == 0x0A else {
                throw Failure("a line of the head does not end with CR LF")
            }
            if isFirst {
                try readStatus(head[line..<end])
                isFirst = false
            } else {
                try readField(head[line..<end], &length)
            }
            line = end + 2
        }
        guard let length else { throw Failure("the answer has no content-length (status \(status))") }
        bodyLength = length
    }

    private mutating func readStatus(_ line: ArraySlice<UInt8>) throws(Failure) {
        let words = Array(line)
        guard words.starts(with: "HTTP/1.1 ".utf8), words.count >= 12, let number = Self.decimal(words[9..<12]),
            words.count == 12 || words[12] == 0x20
        else {
            throw Failure("the answer is not HTTP/1.1: \(String(decoding: words.prefix(40), as: UTF8.self))")
        }
        guard (200..<600).contains(number) else {
            throw Failure("the answer has the status \(number), which no request of ours asks for")
        }
        status = number
    }

    private mutating func readField(_ line: ArraySlice<UInt8>, _ length: inout Int?) throws(Failure) {
        guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex, line[line.startIndex] > 0x20 else {
            throw Failure("a line of the head is no field")
        }
        let name = line[..<colon]
        if Self.isName(name, "content-length") {
            guard let number = Self.decimal(Self.trimmed(line[(colon + 1)...])), length == nil || length == number
            else { throw Failure("the content-length is no number") }
            guard number <= BenchLimits.bodyBytes else {
                throw Failure("the answer has \(number) bytes, more than the \(BenchLimits.bodyBytes) that are read")
            }
            length = number
        } else if Self.isName(name, "transfer-encoding") {
            throw Failure("the answer comes in chunks, without a content-length")
        } else if Self.isName(name, "content-encoding") {
            throw Failure("the answer is compressed, which was not asked for")
        } else if Self.isName(name, "connection"), Self.isName(Self.trimmed(line[(colon + 1)...]), "close") {
            keepsAlive = false
        }
    }

    private static func isName(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        return zip(bytes, UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)).allSatisfy {
            byte, letter in
            (0x41...0x5A).contains(byte) ? byte | 0x20 == letter : byte == letter
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        return start.prefix(
            (start.lastIndex { $0 != 0x20 && $0 != 0x09 } ?? start.startIndex - 1) - start.startIndex + 1)
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...12).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
