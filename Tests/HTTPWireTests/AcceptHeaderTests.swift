import HTTPWire
import Testing

@Suite struct AcceptHeaderTests {
    static let graphql = MediaType("application", "graphql-response+json")
    static let json = MediaType("application", "json")

    @Test(
        arguments: [
            (nil, "g"), ("", "g"), (" ", "g"), ("*/*", "g"), ("application/*", "g"), ("application/json", "j"),
            ("APPLICATION/JSON", "j"),
            ("application/graphql-response+json", "g"),
            ("application/json, application/graphql-response+json", "g"),
            ("application/json;q=0.9, application/graphql-response+json;q=0.8", "j"),
            ("application/json, */*", "j"), ("application/json, text/plain, */*;q=0.1", "j"),
            ("application/json; charset=utf-8", "j"), ("application/json; charset=\"UTF-8\"", "j"),
            ("application/json; charset=latin1", nil),
            ("application/json; version=1", nil), ("application/json; version=1, */*", "g"),
            ("*/*, application/graphql-response+json;q=0", "j"), ("*/*;q=0", nil),
            ("application/*;q=0.5, application/json;q=0", "g"), ("text/html", nil),
            ("text/*, image/png", nil), ("*/*;q=0.000", nil),
            ("application/json;q=1.000", "j"), ("application/json;q=1.001", nil), ("application/json;q=2", nil),
            ("application/json;q=", nil),
            ("application/json;q=0.1234", nil), ("application/json;q=.5", nil), ("application/json;q=-1", nil),
            ("garbage", nil), ("garbage, application/json", "j"), (",, ,application/json,,", "j"), ("*/json", nil),
            ("application", nil), ("application/", nil),
            ("application/json extra", nil), ("x/y;a=\"application/json,\", application/json", "j"),
            ("x/y;a=\"application/json", nil), ("application/json ; q=0.5 ; ext=1, text/plain", "j"),
            ("application/json;;q=0.5", "j"),
            ("application/json;q=0.2, application/*;q=0.9", "g"),
            ("application/graphql-response+json;q=0.2, application/*;q=0.9", "j"),
        ] as [(String?, String?)])
    func negotiation(accept: String?, expected: String?) {
        let chosen = negotiate(accept: accept, offered: [Self.graphql, Self.json])
        #expect(chosen == (expected == "g" ? Self.graphql : expected == "j" ? Self.json : nil))
    }

    @Test func offersWithParametersMatchPlainRanges() {
        let offer = MediaType("text", "html", parameters: [MediaType.Parameter(name: "charset", value: "utf-8")])
        for accept in ["text/html", "text/*", "text/html;charset=UTF-8", "text/html;level=1;q=0.3, text/html;q=0.2"] {
            #expect(negotiate(accept: accept, offered: [offer]) == offer)
        }
        #expect(negotiate(accept: "text/html;charset=latin1", offered: [offer]) == nil)
        #expect(negotiate(accept: "*/*", offered: []) == nil)
    }

    @Test func tooManyRangesAreNotRead() {
        let accept = [String](repeating: "x/y", count: 64).joined(separator: ",") + ",application/json"
        #expect(negotiate(accept: accept, offered: [Self.json]) == nil)
    }

    @Test(arguments: [
        ("application/json", "application/json"),
        (" Application/JSON ; Charset=UTF-8", "application/json; charset=UTF-8"),
        ("a/b;x=\"y z\\\"\";z=1", "a/b; x=\"y z\\\"\"; z=1"), ("a/b;", "a/b"), ("a/b; ;c=d", "a/b; c=d"),
        ("a/b;c=\"\"", "a/b; c=\"\""),
    ])
    func contentTypes(text: String, expected: String) throws {
        let media = try #require(MediaType(parsing: text))
        #expect(media.description == expected)
        #expect(MediaType(parsing: media.description) == media)
    }

    @Test(arguments: [
        "", "a", "a/", "/b", "a/b c", "a/b, c/d", "a/b;c", "a/b;c=", "a/b;c =d", "a/b;c=\"d", "a/b;c=\"d\"e", "a /b",
        "é/b", "*/b",
        "a/b" + String(repeating: ";c=d", count: 17),
    ])
    func noContentTypes(text: String) {
        #expect(MediaType(parsing: text) == nil)
    }
}
