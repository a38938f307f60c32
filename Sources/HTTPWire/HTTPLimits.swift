/// What one request may cost before it is refused; all in bytes unless they say otherwise.
public struct HTTPLimits: Sendable, Equatable {
    /// The request line without its line end, beyond which the answer is 414. Holds a GET with its
    /// query; stands against a line that never ends.
    public var requestLine: Int
    /// All header lines with their line ends, beyond which the answer is 431; stands against a head
    /// that never ends.
    public var headerBlock: Int
    /// Header lines of one request, beyond which the answer is 431; stands against many tiny
    /// fields, each of which costs a look.
    public var headerCount: Int
    /// The body after its transfer coding is removed, beyond which the answer is 413: at once where
    /// the length is announced.
    public var body: Int
    /// All chunk extensions of one request, beyond which the answer is 400; stands against chunks
    /// of one byte that carry kilobytes of nothing.
    public var chunkExtensions: Int
    /// All trailer lines with their line ends, beyond which the answer is 431.
    public var trailers: Int
    /// Empty lines before a request line that are passed over (RFC 9112, section 2.2), as a number;
    /// stands against a peer that sends nothing else.
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
