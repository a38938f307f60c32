import JSONBytes

/// A workload's requests as bytes of HTTP/1.1, built once: parts per user and per variables.
struct BenchRequests {
    private let heads: [[UInt8]]
    private let tails: [[UInt8]]

    /// - Parameter tokens: One for each user, in their order.
    init(_ workload: BenchWorkload, tokens: [String?], address: BenchAddress) {
        heads = tokens.map { token in
            let authorization = token.map { "authorization: Bearer \($0)\r\n" } ?? ""
            return Array(
                "POST \(address.path) HTTP/1.1\r\nhost: \(address.authority)\r\ncontent-type: application/json\r\naccept: application/json\r\n\(authorization)"
                    .utf8)
        }
        let document = String(decoding: workload.document, as: UTF8.self)
        tails = workload.variables.map { variables in
            let request: JSONValue = ["query": document, "variables": JSONValue.object(variables)]
            let body = request.bytes
            return Array("content-length: \(body.count)\r\n\r\n".utf8) + body
        }
    }

    /// A GET of a text.
    init(get path: String, address: BenchAddress) {
        heads = [Array("GET \(path) HTTP/1.1\r\nhost: \(address.authority)\r\n".utf8)]
        tails = [Array("\r\n".utf8)]
    }

    func append(turn: Int, to output: inout [UInt8]) {
        output += heads[turn % heads.count]
        output += tails[turn % tails.count]
    }
}
