/// Why it is refused: a clause for the operator, such as `its body is longer than 10 bytes`.
public struct ResponseFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// Parses one response of HTTP/1.1 or HTTP/1.0 (RFC 9112): its head, and a body delimited by a
/// length, chunks or the end of the stream.
public struct ResponseParser {
    /// Limits of one response in bytes.
    public struct Limits: Sendable, Equatable {
        /// Status lines and fields, including those of interim responses and the lines between
        /// chunks. Guards against an endless head.
        public var head: Int
        /// The body without its transfer coding. Guards against an endless body.
        public var body: Int

        public init(head: Int = 32 << 10, body: Int = 1 << 20) { (self.head, self.body) = (head, body) }
    }

    private enum State {
        case statusLine, fields, sizedBody(left: Int), bodyToTheEnd
        case chunkSize, chunk(left: Int), chunkEnd, trailers, complete
    }

    private let limits: Limits
    private let hasBody: Bool
    private var state = State.statusLine
    private var line: [UInt8] = []
    private var headBytes = 0
    private var contentLength: Int?
    private var isChunked = false
    private var chunks = ChunkedBody()
    /// 0 before the status line was read.
    public private(set) var status = 0
    /// The fields in order, names in lower case.
    public private(set) var fields: [(name: String, value: String)] = []
    public private(set) var body: [UInt8] = []

    /// - Parameter hasBody: false for the response to a successful CONNECT, which ends with its
    ///   head.
    public init(limits: Limits = Limits(), hasBody: Bool = true) { (self.limits, self.hasBody) = (limits, hasBody) }

    public var isComplete: Bool { if case .complete = state { true } else { false } }

    /// The first value of a field.
    /// - Parameter name: In lower case.
    public func field(_ name: StaticString) -> String? {
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return fields.first { $0.name.utf8.elementsEqual(wanted) }?.value
    }

    /// Parses the next bytes; what follows a complete response is ignored.
    public mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ResponseFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .complete: return
            case .sizedBody(let left): try takeBody(&rest, left) { $0 == 0 ? .complete : .sizedBody(left: $0) }
            case .chunk(let left): try takeBody(&rest, left) { $0 == 0 ? .chunkEnd : .chunk(left: $0) }
            case .bodyToTheEnd: try takeBody(&rest, rest.count) { _ in .bodyToTheEnd }
            case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers: try takeLine(&rest)
            }
        }
    }

    /// The stream has ended regularly.
    public mutating func end() throws(ResponseFailure) {
        switch state {
        case .bodyToTheEnd: state = .complete
        case .complete: break
        case .statusLine where headBytes == 0: throw ResponseFailure("it closed the connection without an answer")
        default: throw ResponseFailure("it closed the connection within its answer")
        }
    }

    // MARK: Bytes

    private mutating func takeBody(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ left: Int, _ next: (Int) -> State
    ) throws(ResponseFailure) {
        let count = min(left, rest.count)
        guard body.count + count <= limits.body else { throw tooLong }
        body.append(contentsOf: rest.prefix(count))
        rest = rest.dropFirst(count)
        state = next(left - count)
    }

    private var tooLong: ResponseFailure { ResponseFailure("its body is longer than \(limits.body) bytes") }

    private mutating func takeLine(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(ResponseFailure) {
        let end = rest.firstIndex(of: 0x0A)
        let piece = rest[..<(end ?? rest.endIndex)]
        headBytes += piece.count + (end == nil ? 0 : 1)
        guard headBytes <= limits.head else { throw ResponseFailure("its head is longer than \(limits.head) bytes") }
        line.append(contentsOf: piece)
        rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        guard end != nil else { return }
        if line.last == 0x0D { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        switch state {
        case .statusLine: try readStatus()
        case .fields: line.isEmpty ? try endHead() : try readField()
        case .chunkSize:
            let size = try chunkSize()
            state = size == 0 ? .trailers : .chunk(left: size)
        case .chunkEnd:
            guard line.isEmpty else { throw ResponseFailure("a chunk of its body is longer than announced") }
            state = .chunkSize
        case .trailers: if line.isEmpty { state = .complete }
        case .sizedBody, .bodyToTheEnd, .chunk, .complete: break
        }
    }

    // MARK: The head

    private mutating func readStatus() throws(ResponseFailure) {
        let words = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        let isHTTP = words[0].elementsEqual("HTTP/1.1".utf8) || words[0].elementsEqual("HTTP/1.0".utf8)
        let code = words.count >= 2 && words[1].count == 3 ? Self.decimal(words[1]) : nil
        guard isHTTP, let number = code, (100..<600).contains(number) else {
            throw ResponseFailure("it does not answer in HTTP/1.1")
        }
        status = number
        state = .fields
    }

    private mutating func readField() throws(ResponseFailure) {
        let found = line.withUnsafeMutableBytes { bytes in
            Result { () throws(HTTPFailure) in try HeadBuilder.parts(ofField: bytes) }
        }
        guard case .success(let parts) = found else { throw ResponseFailure("its head has a malformed field") }
        let name = String(decoding: line[..<parts.nameEnd], as: UTF8.self), value = line[parts.value]
        switch name {
        case "content-length":
            // Some proxies repeat the same length (RFC 9112, section 6.3).
            guard let length = Self.decimal(value), contentLength ?? length == length else {
                throw ResponseFailure("its Content-Length is not a number")
            }
            contentLength = length
        case "transfer-encoding":
            guard !isChunked, value.withUnsafeBytes({ $0.spellsIgnoringCase("chunked") }) else {
                throw ResponseFailure("its transfer coding is not `chunked`")
            }
            isChunked = true
        default: break
        }
        fields.append((name, String(decoding: value, as: UTF8.self)))
    }

    private mutating func endHead() throws(ResponseFailure) {
        if (100..<200).contains(status) {
            guard status != 101 else { throw ResponseFailure("it changes to another protocol") }
            (status, fields, contentLength, isChunked) = (0, [], nil, false)
            state = .statusLine
        } else if status == 204 || status == 304 || (!hasBody && (200..<300).contains(status)) {
            state = .complete
        } else if isChunked {
            guard contentLength == nil else {
                throw ResponseFailure("its body has a length and chunks at the same time")
            }
            state = .chunkSize
        } else if let contentLength {
            guard contentLength <= limits.body else { throw tooLong }
            state = contentLength == 0 ? .complete : .sizedBody(left: contentLength)
        } else {
            state = .bodyToTheEnd
        }
    }

    private mutating func chunkSize() throws(ResponseFailure) -> Int {
        let received = body.count, bounds = HTTPLimits(body: limits.body, chunkExtensions: limits.head)
        let found = line.withUnsafeBytes { line in
            Result { () throws(HTTPFailure) in try chunks.size(line, received: received, limits: bounds) }
        }
        switch found {
        case .success(let size): return size
        case .failure(let failure):
            throw failure.excess == .body ? tooLong : ResponseFailure("its body has a malformed chunk")
        }
    }

    private static func decimal(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...15).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
