import HTTPWire
import Testing

@Suite struct RequestTests {
    static func request(_ text: String) throws -> HTTPRequest {
        let parser = RequestParser()
        Array(text.utf8).withUnsafeBytes { parser.append($0) }
        guard case .request(let request) = parser.next() else { throw HTTPFailure(status: 0, "no request") }
        return request
    }

    static func get(_ target: String) throws -> HTTPRequest {
        try request(lines("GET \(target) HTTP/1.1", "Host: own.example"))
    }

    @Test func findsFields() throws {
        let request = try Self.request(
            lines("GET / HTTP/1.1", "HOST: a", "Accept: x/y", "X-A: é", "ACCEPT: z/*;q=0.1", "Xaccept: no"))
        #expect(request.header("accept").map { Array($0) } == Array("x/y".utf8))
        #expect(request.text("x-a") == "é")
        #expect(request.list("accept") == "x/y, z/*;q=0.1")
        #expect(request.list("accept-language") == nil && request.header("accep") == nil)
        #expect(request.headerCount("accept") == 2 && request.headerCount("x-b") == 0)
    }

    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("/a%20b?x", "/a%20b"), ("/%C3%A9+", "/%C3%A9+"), ("http://h", "/"),
        ("http://h?q", "/"), ("http://h/%2F", "/%2F"),
    ])
    func paths(target: String, path: String) throws {
        let request = try Self.get(target)
        #expect(request.path == path)
        #expect(request.pathIs("/") == (path == "/") && request.pathIs("/a/b") == (path == "/a/b"))
        #expect(request.host == (target.hasPrefix("/") ? "own.example" : "h"))
    }

    @Test(arguments: ["/%", "/%2", "/%zz", "/%2g", "/%00", "/%FF", "/%C3", "/%ED%A0%80"])
    func badEscapes(path: String) throws {
        let inQuery = try Self.get("/?a=1&b=\(path)")
        #expect(throws: HTTPFailure.self) { try inQuery.queryParameters() }
        let inName = try Self.get("/?\(path)=1")
        #expect(throws: HTTPFailure.self) { try inName.queryParameters() }
    }

    @Test(
        arguments: [
            ("/", []), ("/?", []), ("/?&&", []), ("/?a", [("a", "")]), ("/?a=", [("a", "")]), ("/?=b", [("", "b")]),
            ("/?a=b=c&a=d", [("a", "b=c"), ("a", "d")]),
            ("/?query=%7Ba%7D&x+y=1+2%2B3", [("query", "{a}"), ("x y", "1 2+3")]), ("/?a?b=/c", [("a?b", "/c")]),
            ("/?q={a(b:\"%C3%A9\")}", [("q", "{a(b:\"é\")}")]),
        ] as [(String, [(String, String)])])
    func parameters(target: String, expected: [(String, String)]) throws {
        #expect(try Self.get(target).queryParameters() == expected.map { QueryParameter(name: $0.0, value: $0.1) })
    }

    @Test func parametersAreCounted() throws {
        let most = try Self.get("/?" + (0..<256).map { "p\($0)" }.joined(separator: "&"))
        #expect(try most.queryParameters().count == 256)
        let more = try Self.get("/?" + (0..<257).map { "p\($0)" }.joined(separator: "&"))
        #expect(throws: HTTPFailure.self) { try more.queryParameters() }
    }
}
