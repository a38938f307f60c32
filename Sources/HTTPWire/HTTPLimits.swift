/// Limits of one request, in bytes unless stated otherwise.
public struct HTTPLimits: Sendable, Equatable {
    /// The request line without its line end, beyond which the answer is 414. Large enough for a
    /// GET with its query; guards against an endless line.
    public var requestLine: Int
    /// All header lines with line ends, beyond which it is 431. Guards against an endless head.
    public var headerBlock: Int
    /// Header lines of one request, beyond which the answer is 431. Guards against many tiny
    /// fields, each of which costs an inspection.
    public var headerCount: Int
    /// The body without its transfer coding, beyond which it is 413: at once if announced.
    public var body: Int
    /// All chunk extensions of one request, beyond which the answer is 400. Guards against chunks
    /// of one byte with kilobytes of extensions.
    public var chunkExtensions: Int
    /// All trailer lines with their line ends, beyond which the answer is 431.
    public var trailers: Int
    /// Number of empty lines before a request line that are skipped (RFC 9112, section 2.2). Guards
    /// against a peer that sends nothing else.
    public var leadingEmptyLines: Int

    public init(
        requestLine: Int = 8 << 10, headerBlock: Int = 32 << 10, headerCount: Int = 100, body: Int = 1 << 20,
        chunkExtensions: Int = 1 << 10, trailers: Int = 8 << 10, leadingEmptyLines: Int = 2
    ) {
        self.requestLine = requestLine
        self.headerBlock = headerBlock
        self.headerCount = headerCount
        self.body = body
        self.chunkExtensions = chunkExtensions
        self.trailers = trailers
        self.leadingEmptyLines = leadingEmptyLines
    }

    public static let standard = HTTPLimits()
}
