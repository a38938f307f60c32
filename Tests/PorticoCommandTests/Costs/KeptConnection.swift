import Foundation
import Testing

/// A client's connection that takes one request after the other.
final class KeptConnection {
    private let socket: Int32
    private let token: String

    init(port: UInt16, token: String) throws {
        self.token = token
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try connectToLoopback(socket, port)
    }

    deinit { close(socket) }

    func get(_ path: String) throws { _ = try exchange("GET \(path) HTTP/1.1\r\nhost: localhost\r\n\r\n") }

    /// - Returns: The answer's body.
    func post(_ body: String) throws -> String {
        try exchange(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer \(token)\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    private func exchange(_ request: String) throws -> String {
        let sent = Array(request.utf8)
        try #require(write(socket, sent, sent.count) == sent.count)
        var answer: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 18)
        var body: Range<Int>?
        while body.map({ answer.count < $0.upperBound }) ?? true {
            let count = read(socket, &buffer, buffer.count)
            try #require(count > 0, "the connection has ended")
            answer += buffer[..<count]
            guard body == nil, let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let length = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased().components(
                separatedBy: "content-length: "
            ).dropFirst().first
            body = end.upperBound..<end.upperBound + (try #require(length.flatMap { Int($0.prefix { $0.isNumber }) }))
        }
        return String(decoding: answer[(body ?? 0..<0)], as: UTF8.self)
    }
}
