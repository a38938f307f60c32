import Foundation
import HTTPWire
import TestTLS
import Testing

/// Asks a server on this machine by TLS, each time on a connection of its own: by HTTP/1.1, or by
/// what a single request of HTTP/2 takes.
struct HTTPSClient {
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    var port: UInt16
    var authority: TestAuthority

    /// One request of HTTP/1.1; a POST where there is a body.
    func ask(_ path: String, fields: [(String, String)] = [], body: [UInt8]? = nil) throws -> Answer {
        var head = "\(body == nil ? "GET" : "POST") \(path) HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        for (name, value) in fields + (body.map { [("content-length", "\($0.count)")] } ?? []) {
            head += "\(name): \(value)\r\n"
        }
        var parser = ResponseParser(limits: .init(body: 16 << 20))
        try exchange("http/1.1", Array((head + "\r\n").utf8) + (body ?? [])) { bytes in
            try bytes.withUnsafeBytes { try parser.take($0) }
            return parser.isComplete
        }
        try #require(parser.isComplete, "the answer to \(path) is not whole")
        let headers = Dictionary(parser.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return Answer(status: parser.status, headers: headers, body: String(decoding: parser.body, as: UTF8.self))
    }

    /// One POST of HTTP/2 (RFC 9113): whether its status is 200, and its body. Of the answer's
    /// fields no other is decoded.
    func askByHTTP2(_ path: String, fields: [(String, String)], body: [UInt8]) throws -> (isOK: Bool, body: String) {
        let all =
            [
                (":method", "POST"), (":scheme", "https"), (":authority", "localhost"), (":path", path),
                ("content-length", "\(body.count)"),
            ] + fields
        var bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2Frame(kind: .settings).bytes
        bytes +=
            HTTP2Frame(kind: .headers, flags: HTTP2Frame.endsHeaders, stream: 1, payload: all.flatMap(HTTP2Frame.field))
            .bytes
        bytes += HTTP2Frame(kind: .data, flags: HTTP2Frame.endsStream, stream: 1, payload: body).bytes
        var received: [UInt8] = [], firstByte: UInt8?, text: [UInt8] = []
        try exchange("h2", bytes) { bytes in
            received += bytes
            while let frame = HTTP2Frame(&received) {
                guard frame.stream == 1 else { continue }
                // Behind changes of its table the first field is the status, and 200 is one of the
                // static table (RFC 7541, appendix A).
                if frame.kind == .headers { firstByte = firstByte ?? frame.payload.drop { $0 & 0xE0 == 0x20 }.first }
                if frame.kind == .data { text += frame.payload }
                if frame.flags & HTTP2Frame.endsStream != 0 { return true }
            }
            return false
        }
        let status = try #require(firstByte, "there is no answer by HTTP/2")
        return (status == 0x88, String(decoding: text, as: UTF8.self))
    }

    /// - Parameter take: Takes what has come; true once that is all.
    private func exchange(_ name: String, _ request: [UInt8], _ take: ([UInt8]) throws -> Bool) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        try connectToLoopback(socket, port)
        var options = TLSClient.Options()
        options.authority = authority.authorityFile
        options.protocols = [name]
        let client = try TLSClient(socket, options)
        var rest = request[...]
        while !rest.isEmpty {
            guard case .bytes(let count) = client.write(Array(rest)) else { break }
            rest = rest.dropFirst(count)
        }
        try #require(client.chosenProtocol == name)
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while case .bytes(let count) = buffer.withUnsafeMutableBytes({ client.read(into: $0) }) {
            if try take(Array(buffer[..<count])) { return }
        }
    }
}

/// A frame of HTTP/2, as far as one request needs it.
private struct HTTP2Frame {
    enum Kind: UInt8 { case data = 0, headers = 1, settings = 4, other = 255 }

    static let endsStream: UInt8 = 1
    static let endsHeaders: UInt8 = 4

    var kind: Kind
    var flags: UInt8 = 0
    var stream: UInt8 = 0
    var payload: [UInt8] = []

    init(kind: Kind, flags: UInt8 = 0, stream: UInt8 = 0, payload: [UInt8] = []) {
        (self.kind, self.flags, self.stream, self.payload) = (kind, flags, stream, payload)
    }

    /// Takes the first frame off the bytes; `nil` where it is not whole.
    init?(_ bytes: inout [UInt8]) {
        guard bytes.count >= 9 else { return nil }
        let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        guard bytes.count >= 9 + length else { return nil }
        (kind, flags, stream, payload) = (
            Kind(rawValue: bytes[3]) ?? .other, bytes[4], bytes[8], Array(bytes[9..<(9 + length)])
        )
        bytes.removeFirst(9 + length)
    }

    var bytes: [UInt8] {
        [
            UInt8(payload.count >> 16 & 255), UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255),
            kind.rawValue, flags, 0, 0, 0, stream,
        ] + payload
    }

    /// A field as a literal that enters no table, without Huffman's code (RFC 7541, section 6.2.2).
    static func field(_ name: String, _ value: String) -> [UInt8] { [0] + text(name) + text(value) }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var length: [UInt8] = [127], rest = bytes.count - 127
        while rest >= 128 {
            length.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}
