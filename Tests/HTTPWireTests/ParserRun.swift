import HTTPWire

/// What a parser made of some bytes, in a form that can be compared; interim answers are left out,
/// because they depend on what had arrived.
struct ParserRun: Equatable {
    var requests: [String] = []
    var failure: Int?
    var reason: String?
    var continues = 0
    /// Of requests whose bodies had not arrived whole.
    var heads: [String] = []
    /// What bodies asked for.
    var rooms: [Int] = []

    static func == (one: ParserRun, other: ParserRun) -> Bool {
        one.requests == other.requests && one.failure == other.failure && one.reason == other.reason
    }

    /// Feeds the bytes in pieces of these lengths; what is left comes last.
    init(_ bytes: [UInt8], pieces: [Int] = [], limits: HTTPLimits = .standard) {
        let parser = RequestParser(limits: limits)
        var rest = bytes[...]
        for length in pieces {
            feed(rest.prefix(length), to: parser)
            rest = rest.dropFirst(length)
        }
        feed(rest, to: parser)
    }

    init(_ text: String, limits: HTTPLimits = .standard) { self.init(Array(text.utf8), limits: limits) }

    private mutating func feed(_ bytes: ArraySlice<UInt8>, to parser: RequestParser) {
        bytes.withUnsafeBytes { parser.append($0) }
        while true {
            switch parser.next() {
            case .needMore: return
            case .expectContinue: continues += 1
            case .head(let head): heads.append(Self.describe(head))
            case .needBodyRoom(let bytes):
                rooms.append(bytes)
                parser.grantBody(bytes)
            case .request(let request): requests.append(Self.describe(request))
            case .failed(let failed):
                failure = failed.status
                reason = failed.reason
                return
            }
        }
    }

    static func describe(_ request: HTTPRequest) -> String {
        let headers = request.allHeaders.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
        let query = request.query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? ""
        return
            "\(request.method.name) \(request.path)\(query) \(request.version) \(request.keepAlive ? "keep" : "close") [\(headers)] "
            + String(decoding: request.body, as: UTF8.self)
    }
}

func lines(_ lines: String...) -> String { lines.map { $0 + "\r\n" }.joined() + "\r\n" }
