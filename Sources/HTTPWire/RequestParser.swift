/// Parses the bytes of one connection into requests (RFC 9112), in whatever pieces they arrive. It
/// uses no socket and no clock.
///
/// Append what was read, then call ``next()`` until it returns ``Event/needMore``. Bytes after a
/// request stay for the next one. The first failure is final: it is repeated from then on, and
/// further bytes are ignored.
public final class RequestParser {
    public enum Event: Sendable {
        case needMore
        /// The head of a request whose body is incomplete. Returned once: ``next()`` continues with
        /// the body; if the request is answered without it, stop the parser and close the
        /// connection after the answer.
        case head(HTTPRequest)
        /// The total memory, in bytes, that the body needs so far. ``grantBody(_:)`` allows them.
        case needBodyRoom(Int)
        case request(HTTPRequest)
        /// The head is valid, and the client waits for ``ResponseWriter/continueResponse`` before
        /// it sends the body. Returned once, and not if the body is already arriving.
        case expectContinue
        /// To be answered, before the connection closes.
        case failed(HTTPFailure)
    }

    /// The progress of the current request, which decides the time-out.
    public enum Progress: Sendable, Equatable {
        case betweenRequests, inHead, inBody, failed
    }

    private enum Phase {
        case requestLine
        case fields
        /// This many bytes of the body are missing.
        case sized(Int)
        case chunkSize
        /// This many bytes of the chunk are missing.
        case chunkData(Int)
        case chunkEnd
        case trailers
        case failed(HTTPFailure)
    }

    public let limits: HTTPLimits
    @exclusivity(unchecked) private var input = InputBuffer()
    @exclusivity(unchecked) private var phase = Phase.requestLine
    @exclusivity(unchecked) private var builder = HeadBuilder()
    @exclusivity(unchecked) private var chunked = ChunkedBody()
    @exclusivity(unchecked) private var pending: HTTPRequest?
    /// Up to here no line feed was found; counted from the first remaining byte.
    @exclusivity(unchecked) private var searched = 0
    /// Offset of the current line in the head, which stays in the input until it is complete.
    @exclusivity(unchecked) private var lineStart = 0
    @exclusivity(unchecked) private var requestLineEnd = 0
    @exclusivity(unchecked) private var emptyLines = 0
    @exclusivity(unchecked) private var trailerBytes = 0
    @exclusivity(unchecked) private var waitsForContinue = false
    /// The body is incomplete, and ``Event/head(_:)`` was not returned.
    @exclusivity(unchecked) private var isHeadUnsaid = false
    /// Bytes of memory that the body may take.
    @exclusivity(unchecked) private var grantedBody = 0
    /// The length of the body if known, or its maximum.
    @exclusivity(unchecked) private var longestBody = 0

    public init(limits: HTTPLimits = .standard) { self.limits = limits }

    // MARK: Input

    /// Copies what was read.
    public func append(_ raw: UnsafeRawBufferPointer) {
        if case .failed = phase { return }
        input.append(raw)
    }

    /// Lets `read` write into a room that all parsers of a loop share. ``settle(_:)`` returns the
    /// room, before another parser reads.
    /// - Parameter read: Returns how many bytes it wrote, or a negative number, which is passed on.
    public func read(through room: InputRoom, _ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let count = input.fill(through: room, read)
        if case .failed = phase { input.consume(input.count) }
        return count
    }

    /// Moves unconsumed bytes into own memory, since another parser needs the room.
    public func settle(_ room: InputRoom) { input.settle(room) }

    /// Allows the body this much memory, in bytes, as requested by ``Event/needBodyRoom(_:)``.
    public func grantBody(_ bytes: Int) {
        grantedBody = bytes
        pending?.body.reserveCapacity(bytes)
    }

    /// Discards the current request, and ignores further input.
    public func stop() { stop(HTTPFailure(status: 400, "Nothing more is read on this connection.")) }

    /// Discards the current request, and ignores further input; ``next()`` returns the failure.
    public func stop(_ failure: HTTPFailure) {
        if case .failed = phase { forget() } else { _ = fail(failure) }
    }

    /// What waits to be looked at, for another protocol; then it is stopped.
    public func handOver() -> [UInt8] {
        defer { stop() }
        return [UInt8](input.bytes(0..<input.count))
    }

    /// Unconsumed bytes, such as pipelined requests.
    public var bufferedCount: Int { input.count }

    /// Bytes of memory of incomplete requests: unconsumed input and heads, without the bodies
    /// counted by ``grantBody(_:)``.
    public var heldBytes: Int {
        input.heldBytes + (pending?.head.count ?? 0) + (pending?.fields.count ?? builder.fields.count)
            * MemoryLayout<HTTPField>.stride
    }

    public var progress: Progress {
        switch phase {
        case .requestLine: input.count == 0 ? .betweenRequests : .inHead
        case .fields: .inHead
        case .sized, .chunkSize, .chunkData, .chunkEnd, .trailers: .inBody
        case .failed: .failed
        }
    }

    // MARK: Output

    /// The next event of the bytes so far.
    public func next() -> Event {
        do throws(HTTPFailure) {
            while true {
                if let event = try step() { return event }
            }
        } catch {
            return fail(error)
        }
    }

    private func fail(_ failure: HTTPFailure) -> Event {
        var failure = failure
        failure.origin = origin
        phase = .failed(failure)
        forget()
        return .failed(failure)
    }

    /// The field Origin of the current request, as far as it was read.
    public var origin: String? {
        if let pending { return pending.text("origin") }
        for field in builder.fields where input.bytes(field.name).elementsEqual("origin".utf8) {
            return String(decoding: input.bytes(field.value), as: UTF8.self)
        }
        return nil
    }

    private func forget() {
        pending = nil
        grantedBody = 0
        isHeadUnsaid = false
        builder = HeadBuilder()
        input.consume(input.count)
        input.releaseWhenEmpty()
    }

    /// One line or one piece of the body; `nil` if there is more to process.
    @inline(__always)
    private func step() throws(HTTPFailure) -> Event? {
        switch phase {
        case .requestLine: return try readRequestLine()
        case .fields: return try readField()
        case .sized(let missing):
            // Before any of it is copied: the request may be answered without.
            if isHeadUnsaid, input.count < missing { return needBody() }
            if let bytes = bodyRoomNeeded(for: missing) { return .needBodyRoom(bytes) }
            if let left = takeBody(missing) {
                phase = .sized(left)
                return needBody()
            }
            return complete()
        case .chunkSize: return try readChunkSize()
        case .chunkData(let missing):
            if let bytes = bodyRoomNeeded(for: missing) { return .needBodyRoom(bytes) }
            if let left = takeBody(missing) {
                phase = .chunkData(left)
                return needBody()
            }
            phase = .chunkEnd
            return nil
        case .chunkEnd: return try readChunkEnd()
        case .trailers: return try readTrailer()
        case .failed(let failure): return .failed(failure)
        }
    }

    // MARK: Lines

    /// The line that begins at `start`, without its line end; `nil` while it is incomplete. Exactly
    /// the first `limit` bytes and two for the line end are searched, so that the result does not
    /// depend on how the bytes arrived.
    private func line(
        from start: Int, limit: Int, orFail failure: @autoclosure () -> HTTPFailure
    ) throws(HTTPFailure) -> Range<Int>? {
        let window = start + max(limit, 0) + 2
        let end = min(input.count, window)
        guard let feed = input.lineFeed(in: max(searched, start)..<max(end, searched, start)) else {
            searched = end
            if end == window { throw failure() }
            return nil
        }
        searched = feed + 1
        guard feed > start, input[feed - 1] == 0x0D else { throw .bad("A line ends with a line feed alone.") }
        return start..<(feed - 1)
    }

    private func readRequestLine() throws(HTTPFailure) -> Event? {
        while input.count > 0, !ByteSet.token.contains(input[0]) {
            guard input[0] == 0x0D else { throw .bad("A request does not begin with a method.") }
            guard input.count > 1 else { return .needMore }
            guard input[1] == 0x0A, emptyLines < limits.leadingEmptyLines else {
                throw .bad("A request does not begin with a method.")
            }
            emptyLines += 1
            input.consume(2)
        }
        let limit = limits.requestLine
        guard
            let line = try line(
                from: 0, limit: limit,
                orFail: HTTPFailure(
                    status: 414, "The request line is longer than \(limit) bytes.", excess: .requestLine))
        else { return .needMore }
        try builder.takeRequestLine(input.bytes(line), at: 0)
        lineStart = line.upperBound + 2
        requestLineEnd = lineStart
        phase = .fields
        return nil
    }

    private func readField() throws(HTTPFailure) -> Event? {
        while true {
            let left = limits.headerBlock - (lineStart - requestLineEnd) - 2
            guard
                let line = try line(
                    from: lineStart, limit: left, orFail: Self.tooLong("header fields", limits.headerBlock))
            else { return .needMore }
            let start = lineStart
            lineStart = line.upperBound + 2
            if line.isEmpty { return try finishHead() }
            guard builder.fields.count < limits.headerCount else {
                throw HTTPFailure(
                    status: 431, "There are more than \(limits.headerCount) header fields.", excess: .headers)
            }
            if builder.fields.isEmpty { builder.fields.reserveCapacity(16) }
            try builder.takeField(
                UnsafeMutableRawBufferPointer(start: input.first + start, count: line.count), at: start)
        }
    }

    private static func tooLong(_ what: String, _ limit: Int) -> HTTPFailure {
        HTTPFailure(status: 431, "The \(what) are longer than \(limit) bytes.", excess: .headers)
    }

    private func finishHead() throws(HTTPFailure) -> Event? {
        let body = try builder.framing.body(version: builder.version, limit: limits.body)
        let request = HTTPRequest(
            method: builder.method, version: builder.version,
            keepAlive: builder.framing.keepsAlive(version: builder.version), body: [],
            head: [UInt8](input.bytes(0..<lineStart)), target: builder.target, fields: builder.fields)
        // HTTP/1.0 has no interim responses, so its expectations are ignored (RFC 9110, section
        // 10.1.1).
        waitsForContinue = builder.framing.expectsContinue && builder.version == .http11
        builder = HeadBuilder()
        input.consume(lineStart)
        input.releaseWhenEmpty()
        (lineStart, searched) = (0, 0)
        pending = request
        isHeadUnsaid = true
        switch body {
        case .none: return complete()
        case .sized(let length):
            phase = .sized(length)
            longestBody = length
        case .chunked:
            phase = .chunkSize
            longestBody = limits.body
            chunked = ChunkedBody()
        }
        return nil
    }

    // MARK: Body

    /// Moves up to `missing` bytes to the body; `nil` when complete, else how many are missing.
    private func takeBody(_ missing: Int) -> Int? {
        let count = min(missing, input.count)
        if count > 0 {
            waitsForContinue = false
            pending?.body.append(contentsOf: input.bytes(0..<count))
            input.consume(count)
        }
        return count == missing ? nil : missing - count
    }

    /// The memory that the body needs for what has arrived, if it has less. A complete body, as
    /// nearly all are, is copied once without a request; another grows by half, never beyond its
    /// length.
    private func bodyRoomNeeded(for missing: Int) -> Int? {
        guard !isHeadUnsaid, let arrived = pending?.body.count else { return nil }
        let needed = arrived + min(missing, input.count)
        guard needed > grantedBody else { return nil }
        return max(needed, min(longestBody, grantedBody + grantedBody / 2))
    }

    private func needBody() -> Event {
        if isHeadUnsaid, var head = pending {
            isHeadUnsaid = false
            head.body = []
            return .head(head)
        }
        // What came with the head was copied before memory could be requested.
        if let bytes = bodyRoomNeeded(for: 0) { return .needBodyRoom(bytes) }
        guard waitsForContinue else { return .needMore }
        waitsForContinue = false
        return .expectContinue
    }

    private func readChunkSize() throws(HTTPFailure) -> Event? {
        if input.count == 0 { return needBody() }
        waitsForContinue = false
        let longest = chunked.longestLine(limits)
        guard
            let line = try line(from: 0, limit: longest, orFail: .bad("The line with the size of a chunk is too long."))
        else { return needBody() }
        let size = try chunked.size(input.bytes(line), received: pending?.body.count ?? 0, limits: limits)
        input.consume(line.upperBound + 2)
        searched = 0
        trailerBytes = 0
        phase = size == 0 ? .trailers : .chunkData(size)
        return nil
    }

    private func readChunkEnd() throws(HTTPFailure) -> Event? {
        guard input.count > 0 else { return needBody() }
        guard input[0] == 0x0D, input.count < 2 || input[1] == 0x0A else {
            throw .bad("A chunk is longer than its size says.")
        }
        guard input.count > 1 else { return needBody() }
        input.consume(2)
        phase = .chunkSize
        return nil
    }

    /// Trailers are validated like header fields, and dropped.
    private func readTrailer() throws(HTTPFailure) -> Event? {
        let limit = limits.trailers - trailerBytes - 2
        guard let line = try line(from: 0, limit: limit, orFail: Self.tooLong("trailers", limits.trailers)) else {
            return needBody()
        }
        if !line.isEmpty {
            _ = try HeadBuilder.parts(ofField: UnsafeMutableRawBufferPointer(start: input.first, count: line.count))
        }
        trailerBytes += line.count + 2
        input.consume(line.count + 2)
        searched = 0
        return line.isEmpty ? complete() : nil
    }

    private func complete() -> Event? {
        phase = .requestLine
        emptyLines = 0
        searched = 0
        isHeadUnsaid = false
        grantedBody = 0
        input.releaseWhenEmpty()
        guard let request = pending.take() else { return nil }
        return .request(request)
    }
}
