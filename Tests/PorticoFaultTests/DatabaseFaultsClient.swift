import Foundation

struct DatabaseFaultsAnswer: Equatable {
    var status: Int
    var body: String

    /// `extensions.code` of the first error.
    var code: String? {
        body.components(separatedBy: #""code":""#).dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
    }
}

/// One connection that carries one request. It blocks, at most for ``patience``.
final class DatabaseFaultsClient {
    /// Seconds; longer than any deadline of a test.
    static let patience = 30

    let descriptor: Int32
    private var isRead = false

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var time = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            throw FaultFailure(description: "cannot connect: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Sends a GraphQL request as clients do that tell a failed request by its status.
    func send(_ query: String, _ token: String, consistency: String = "statement") throws {
        let body = "{\"query\":\"\(query.replacingOccurrences(of: "\"", with: "\\\""))\"}"
        let request = """
            POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/graphql-response+json\r\nconnection: close\r
            authorization: Bearer \(token)\r\nx-portico-consistency: \(consistency)\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)
            """
        try send(raw: request)
    }

    /// Sends bytes as they are.
    func send(raw request: String) throws {
        let bytes = Array(request.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            throw FaultFailure(description: "the request cannot be sent")
        }
    }

    /// The whole answer; the server closes the connection behind it.
    func answer() throws -> DatabaseFaultsAnswer {
        isRead = true
        var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw FaultFailure(description: "no answer: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let status = Int(text.split(separator: " ").dropFirst().first ?? "")
        else {
            throw FaultFailure(description: "no answer but \(text)")
        }
        return DatabaseFaultsAnswer(status: status, body: String(text[end.upperBound...]))
    }

    /// The answer, where ``answer()`` has not given it already.
    func answerUnlessRead() throws -> DatabaseFaultsAnswer? { isRead ? nil : try answer() }

    /// Whether there is something to read now.
    var hasAnswer: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 1
    }
}
