import Glibc
import SocketLoop
import Synchronization
import TLSTransport
import TestTLS
import Testing
@testable import HTTPFetch

/// One document, from servers that behave and servers that do not.
@Suite struct HTTPFetchTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"

    /// Neither the machine's proxies nor its authorities take part.
    private func client(_ authority: TestAuthority? = nil, _ environment: [String: String] = [:]) -> HTTPFetch {
        var fetch = HTTPFetch(environment: environment)
        fetch.limits = .init(head: 512, body: 100)
        if let authority { fetch.authorities = .file(authority.authorityFile) }
        return fetch
    }

    private func get(_ url: String, by client: HTTPFetch) async throws -> HTTPAnswer {
        try await client.get(try HTTPURL(url), accept: "application/json")
    }

    /// What the operator learns if there is no answer.
    private func failure(_ url: String, by client: HTTPFetch) async throws -> String {
        let url = try HTTPURL(url)
        do throws(HTTPFetchFailure) {
            let answer = try await client.get(url, accept: "application/json")
            Issue.record("there is an answer: \(answer)")
            return ""
        } catch {
            return error.description
        }
    }

    private func secureSite(
        _ authority: TestAuthority, _ name: String = "server", _ answer: String = ok
    ) throws -> TestSite {
        var script = TestSite.Script(answer)
        script.identity = TLSSettings(certificate: authority.certificateFile(name), key: authority.keyFile(name))
        return try TestSite(script)
    }

    // MARK: Answers

    @Test func aDocumentAndHowItIsAskedFor() async throws {
        let site = try TestSite(TestSite.Script(Self.ok))
        let answer = try await get("http://127.0.0.1:\(site.port)/keys?a=b#part", by: client())
        #expect(answer.status == 200 && answer.body == Array("hello".utf8))
        #expect(
            site.requests == [
                "GET /keys?a=b HTTP/1.1\r\nhost: 127.0.0.1:\(site.port)\r\naccept: application/json\r\nuser-agent: portico\r\nconnection: close\r\n\r\n"
            ])
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nx-trailer: z\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + ok,
        ok + "what nobody asked for",
    ]) func bodiesOfAllForms(_ text: String) async throws {
        let site = try TestSite(TestSite.Script(text))
        #expect(try await get("http://127.0.0.1:\(site.port)/", by: client()).body == Array("hello".utf8))
        var script = TestSite.Script(text)
        script.drip = 1
        let slow = try TestSite(script)
        #expect(
            try await get("http://127.0.0.1:\(slow.port)/", by: client()).body == Array("hello".utf8), "byte by byte")
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n", "its body is longer than 100 bytes"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n", "its body is longer than 100 bytes"),
        ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 101), "its body is longer than 100 bytes"),
        ("HTTP/1.1 200 OK\r\nx: " + String(repeating: "y", count: 600), "its head is longer than 512 bytes"),
        (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 30), "its head is longer than 512 bytes"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", "it closed the connection within its answer"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "it closed the connection within its answer"
        ),
        ("", "it closed the connection without an answer"), ("SSH-2.0-OpenSSH_9\r\n", "it does not answer in HTTP/1.1"),
    ]) func answersThatAreRefused(_ text: String, _ told: String) async throws {
        let site = try TestSite(TestSite.Script(text))
        #expect(try await failure("http://127.0.0.1:\(site.port)/", by: client()) == "127.0.0.1:\(site.port): \(told)")
    }

    @Test func aContentCodingIsRefused() async throws {
        let site = try TestSite(
            TestSite.Script("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello"))
        #expect(
            try await failure("http://127.0.0.1:\(site.port)/", by: client())
                == "127.0.0.1:\(site.port) answers with a content coding, which was not asked for")
    }

    @Test func aRedirectIsToldAndNotFollowed() async throws {
        let site = try TestSite(
            TestSite.Script(
                "HTTP/1.1 302 Found\r\nlocation: https://elsewhere.test/keys?secret=1\r\ncontent-length: 0\r\n\r\n"))
        let answer = try await get("http://127.0.0.1:\(site.port)/", by: client())
        #expect(answer.status == 302 && answer.location == "https://elsewhere.test/keys")
        #expect(site.requests.count == 1)
    }

    @Test func aNameAndAPasswordAreSent() async throws {
        let site = try TestSite(TestSite.Script(Self.ok))
        _ = try await get("http://me:p%40ss@127.0.0.1:\(site.port)/", by: client())
        #expect(try #require(site.requests.first).contains("\r\nauthorization: Basic bWU6cEBzcw==\r\n"))
        #expect(
            HTTPFetch.base64("a") == "YQ==" && HTTPFetch.base64("ab") == "YWI=" && HTTPFetch.base64("abc") == "YWJj"
                && HTTPFetch.base64("") == "")
    }

    // MARK: TLS

    @Test func byTLSFromAnAuthorityThatIsBelieved() async throws {
        let authority = try TestAuthority()
        try authority.issue("server")
        for host in ["127.0.0.1", "localhost"] {
            let site = try secureSite(authority)
            #expect(try await get("https://\(host):\(site.port)/", by: client(authority)).body == Array("hello".utf8))
            #expect(site.requests.count == 1)
        }
    }

    @Test func certificatesThatAreRefused() async throws {
        let authority = try TestAuthority(), stranger = try TestAuthority(name: "Stranger")
        try authority.issue("server")
        try authority.issue("other", names: "DNS:other.test,IP:127.0.0.2")
        try authority.issue("expired", days: -10 ... -1)
        try authority.issue("nameAlone", names: "DNS:localhost")
        try stranger.issue("server")
        for (owner, name, told) in [
            (authority, "other", "IP address mismatch"), (authority, "expired", "certificate has expired"),
            (authority, "nameAlone", "IP address mismatch"),
            (stranger, "server", "unable to get local issuer certificate"),
        ] {
            let site = try secureSite(owner, name)
            #expect(
                try await failure("https://127.0.0.1:\(site.port)/", by: client(authority))
                    == "TLS with 127.0.0.1: the server's certificate is refused: \(told)")
            #expect(site.requests.isEmpty, "nothing was said to it")
        }
        let site = try secureSite(authority, "other")
        #expect(
            try await failure("https://localhost:\(site.port)/", by: client(authority))
                == "TLS with localhost: the server's certificate is refused: hostname mismatch")
        // The machine's own authorities do not know ours.
        let known = try secureSite(authority)
        #expect(
            try await failure("https://127.0.0.1:\(known.port)/", by: client()).hasPrefix(
                "TLS with 127.0.0.1: the server's certificate is refused: "))
    }

    @Test func whatDoesNotSpeakTLS() async throws {
        let site = try TestSite(TestSite.Script(Self.ok))
        #expect(try await failure("https://127.0.0.1:\(site.port)/", by: client()).hasPrefix("TLS with 127.0.0.1: "))
    }

    /// Only the server's word says that a body without a length is whole: anyone on the way can
    /// end the connection too.
    @Test(arguments: [true, false]) func aBodyWithoutALength(_ saysItsEnd: Bool) async throws {
        let authority = try TestAuthority()
        try authority.issue("server")
        var script = TestSite.Script("HTTP/1.1 200 OK\r\n\r\nhello")
        script.identity = TLSSettings(
            certificate: authority.certificateFile("server"), key: authority.keyFile("server"))
        script.saysItsEnd = saysItsEnd
        let site = try TestSite(script)
        if saysItsEnd {
            #expect(try await get("https://127.0.0.1:\(site.port)/", by: client(authority)).body == Array("hello".utf8))
        } else {
            #expect(
                try await failure("https://127.0.0.1:\(site.port)/", by: client(authority))
                    == "127.0.0.1:\(site.port) broke the connection off within its answer")
        }
    }

    // MARK: Ways that fail

    @Test func whereNobodyListens() async throws {
        let port = try #require(
            try {
                let listener = try ListeningSocket.open(.tcp(host: "127.0.0.1", port: 0))[0]
                defer { listener.close() }
                guard case .tcp(_, let port) = listener.address else { return UInt16?.none }
                return port
            }())
        #expect(
            try await failure("http://127.0.0.1:\(port)/", by: client())
                == "cannot connect to 127.0.0.1:\(port): Connection refused")
    }

    @Test func aSecondAddressIsTried() async throws {
        let site = try TestSite(TestSite.Script(Self.ok))
        var client = client()
        client.lookup = HostLookup {
            $0 == "two.test" ? .success(["127.0.0.9", "127.0.0.1"]) : .failure(.init("unknown to the test"))
        }
        #expect(try await get("http://two.test:\(site.port)/", by: client).status == 200)
        #expect(
            try await failure("http://none.test/", by: client) == "the host none.test is unknown: unknown to the test")
    }

    @Test func theDeadlineCountsForAll() async throws {
        var client = client()
        client.patience = 200
        var script = TestSite.Script(Self.ok)
        script.drip = 50
        let slow = try TestSite(script)
        #expect(
            try await failure("http://127.0.0.1:\(slow.port)/", by: client)
                == "127.0.0.1:\(slow.port) did not finish its answer within 200 ms")
        // The name server does not answer either.
        let ends = try StreamSocket.pair()
        client.lookup = HostLookup { _ in
            _ = WaitingSocket.wait(for: ends.0.descriptor, .read, milliseconds: 10_000)
            return .success(["127.0.0.1"])
        }
        #expect(try await failure("http://slow.test/", by: client) == "the host slow.test was not found within 200 ms")
        ends.1.close()
    }

    // MARK: Proxies

    @Test func throughAProxy() async throws {
        let authority = try TestAuthority()
        try authority.issue("server", names: "DNS:issuer.test")
        var script = TestSite.Script(Self.ok)
        script.identity = TLSSettings(
            certificate: authority.certificateFile("server"), key: authority.keyFile("server"))
        script.tunnel = "HTTP/1.1 200 Connection established\r\n\r\n"
        let proxy = try TestSite(script)
        let answer = try await get(
            "https://issuer.test/keys",
            by: client(
                authority, ["https_proxy": "http://me:secret@127.0.0.1:\(proxy.port)", "NO_PROXY": "other.test"]))
        #expect(answer.body == Array("hello".utf8))
        #expect(proxy.requests.count == 2)
        #expect(
            proxy.requests.first?.hasPrefix("CONNECT issuer.test:443 HTTP/1.1\r\nhost: issuer.test:443\r\n") == true)
        #expect(proxy.requests.first?.contains("\r\nproxy-authorization: Basic bWU6c2VjcmV0\r\n") == true)
        #expect(proxy.requests.last?.hasPrefix("GET /keys HTTP/1.1\r\nhost: issuer.test\r\n") == true)
        #expect(proxy.requests.last?.contains("proxy-authorization") == false)
    }

    @Test func aProxyThatRefuses() async throws {
        var script = TestSite.Script("")
        script.tunnel = "HTTP/1.1 407 Who are you\r\ncontent-length: 0\r\n\r\n"
        let proxy = try TestSite(script)
        let told = try await failure(
            "https://issuer.test/", by: client(nil, ["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"]))
        #expect(told == "the proxy 127.0.0.1:\(proxy.port) answers 407 to CONNECT issuer.test:443")
    }

    @Test func whoIsReachedThroughAProxy() throws {
        func proxy(_ url: String, _ environment: [String: String]) throws -> String? {
            try ProxySettings(environment: environment).proxy(for: try HTTPURL(url))?.authority
        }
        #expect(try proxy("https://a.test/", [:]) == nil)
        #expect(try proxy("https://a.test/", ["HTTPS_PROXY": "http://p:1"]) == "p:1")
        #expect(try proxy("https://a.test/", ["https_proxy": "q:2", "HTTPS_PROXY": "http://p:1"]) == "q:2")
        #expect(try proxy("https://a.test/", ["https_proxy": "", "ALL_PROXY": "http://p:1"]) == "p:1")
        #expect(try proxy("http://localhost/", ["ALL_PROXY": "http://p:1"]) == nil)
        for exceptions in ["a.test", ".test", "test", "x, A.test", "*"] {
            #expect(try proxy("https://a.test/", ["HTTPS_PROXY": "p:1", "no_proxy": exceptions]) == nil)
        }
        #expect(try proxy("https://ba.test/", ["HTTPS_PROXY": "p:1", "no_proxy": "a.test"]) == "p:1")
        #expect(throws: HTTPFetchFailure.self) { try proxy("https://a.test/", ["HTTPS_PROXY": "socks5://p:1"]) }
        #expect(throws: HTTPFetchFailure.self) { try proxy("https://a.test/", ["HTTPS_PROXY": "https://p:1"]) }
    }

    // MARK: URLs

    @Test(arguments: [
        ("https://A.test", "a.test", 443, "/", "a.test"),
        ("https://a.test:8443/x/y?z=%20#q", "a.test", 8443, "/x/y?z=%20", "a.test:8443"),
        ("http://[::1]:81?x", "::1", 81, "/?x", "[::1]:81"),
        ("HTTPS://u:p@a_b-c.test/@/", "a_b-c.test", 443, "/@/", "a_b-c.test"),
    ]) func goodURLs(_ text: String, _ host: String, _ port: UInt16, _ target: String, _ authority: String) throws {
        let url = try HTTPURL(text)
        #expect(url.host == host && url.port == port && url.target == target && url.authority == authority)
    }

    @Test(arguments: [
        "a.test", "ftp://a.test/", "https://", "https:///x", "https://:443/", "https://a.test:0/",
        "https://a.test:65536/", "https://a.test:x/", "https://a test/",
        "https://ä.test/", "https://a,b/", "https://[::1/", "https://[x]/", "https://[::1]x/", "https://u:%4@a.test/",
        "https://a.test/\r\nx: y",
    ]) func badURLs(_ text: String) {
        #expect(throws: HTTPURL.Failure.self) { try HTTPURL(text) }
    }
}
