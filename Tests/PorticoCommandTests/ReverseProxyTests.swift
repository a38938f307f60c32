import Foundation
import TestTLS
import TestCluster
import Testing

/// nginx on this machine, or what `scripts/setup.sh` has unpacked of it.
enum Nginx {
    static let program: String? = {
        let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let places = [
            "/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx",
            repository + "/.build/clients/nginx/usr/sbin/nginx",
        ]
        return places.first { path in
            FileManager.default.isExecutableFile(atPath: path) && status(of: path, ["-v"]) == 0
        }
    }()

    private static func status(of path: String, _ words: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// `deploy/nginx.conf` as it stands, but for its paths and its port, in front of `portico serve` on
/// a Unix socket.
@Suite(.onBlockingThreads) struct ReverseProxyTests {
    /// One after the other on one proxy: starting everything takes longer than asking.
    @Test func theConfigurationOfTheDocumentationServes() async throws {
        let proxy = try await ReverseProxy()
        try proxy.graphQLTravelsThroughIt()
        try await proxy.requestIdsArePassedOn()
        try proxy.whatIsNotForStrangersIsNotThere()
        try proxy.aBodyThatIsTooLongIsRefusedAsPorticoRefusesIt()
        try await proxy.aGatewayThatIsGoneIsUnavailable()
    }
}

/// The gateway, nginx in front of it, and what is to hold.
private final class ReverseProxy {
    private let authority: TestAuthority
    private let fixture: ProjectFixture
    private let gateway: RunningCommand
    /// A shell around nginx: it ends nginx when its input ends, which it does with this process at
    /// the latest.
    private let nginx = Process()
    private let leash: Int32
    private let port: UInt16
    private let token: String

    private var folder: String { authority.folder }
    private var client: HTTPSClient { HTTPSClient(port: port, authority: authority) }

    init() async throws {
        // From its first moment closed on exec, so that no other child keeps it open.
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        leash = ends[0]
        nginx.standardInput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        authority = try TestAuthority()
        try authority.issue("server")
        fixture = try ProjectFixture.seeded()
        port = try Self.freePort()
        let folder = authority.folder, secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
        try fixture.project.replace(
            "  host: 127.0.0.1\n", by: "  host: null\n  unixSocket: { path: \(folder)/http.sock, mode: \"0666\" }\n",
            in: "config/gateway.yaml")
        gateway = try RunningCommand(
            ["serve", "--project", fixture.project.path, "--database-url", fixture.url], environment: secret)
        token = try CommandProcess.run(
            ["token", "--project", fixture.project.path, "--as", "user-agency-001"], environment: secret
        ).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await gateway.wait(for: "addresses=unix:")
        try startNginx()
        for _ in 0..<500 where !Self.isListening(port) { try await Task.sleep(for: .milliseconds(20)) }
        let status = Self.isListening(port) ? try client.ask("/graphql?query=%7BapiVersion%7D").status : 0
        try #require(
            status == 200,
            "nginx does not serve: \((try? String(contentsOfFile: folder + "/error.log", encoding: .utf8)) ?? "")")
    }

    deinit {
        close(leash)
        if nginx.isRunning { nginx.waitUntilExit() }
    }

    private static func isListening(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return loopback(port) { connect(descriptor, $0, $1) } == 0
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(status)
        return address.sin_port.bigEndian
    }

    private func startNginx() throws {
        var text = try String(
            contentsOf: URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
                .deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("deploy/nginx.conf"), encoding: .utf8)
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "    \($0)_temp_path \(folder)/\($0);\n"
        }.joined()
        for (old, new) in [
            // The user who runs the tests has made the files, and no other user may enter their
            // folder.
            ("user www-data;", geteuid() == 0 ? "user root;" : ""), ("worker_processes auto;", "worker_processes 1;"),
            ("http {\n", "http {\n" + temporary),
            ("listen 443 ", "listen 127.0.0.1:\(port) "), ("/run/portico/http.sock", folder + "/http.sock"),
            ("/var/log/nginx/portico.log", folder + "/access.log"),
            ("/etc/portico/chain.pem", authority.certificateFile("server")),
            ("/etc/portico/key.pem", authority.keyFile("server")),
        ] {
            try #require(text.contains(old), "deploy/nginx.conf has no \(old)")
            text = text.replacingOccurrences(of: old, with: new)
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/nginx.conf"))
        nginx.executableURL = URL(fileURLWithPath: "/bin/sh")
        let words = [
            try #require(Nginx.program, "there is no nginx that runs; ./test fetches one"), "-p", folder, "-c",
            folder + "/nginx.conf", "-e", folder + "/error.log", "-g", "daemon off; pid \(folder)/nginx.pid;",
        ]
        nginx.arguments = ["-c", "\"$0\" \"$@\" </dev/null & cat >/dev/null; kill $! && wait $!"] + words
        try nginx.run()
        try (nginx.standardInput as? FileHandle)?.close()
    }

    private var signedIn: [(String, String)] {
        [("authorization", "Bearer \(token)"), ("content-type", "application/json")]
    }

    private func body(_ query: String) -> [UInt8] { Array(#"{"query":"\#(query)"}"#.utf8) }

    private func ask(_ query: String, _ fields: [(String, String)] = []) throws -> HTTPSClient.Answer {
        try client.ask("/graphql", fields: signedIn + fields, body: body(query))
    }

    func graphQLTravelsThroughIt() throws {
        let answer = try ask("{ viewer { id } }")
        #expect(answer.status == 200 && answer.body == #"{"data":{"viewer":{"id":"user-agency-001"}}}"#)
        let newer = try client.askByHTTP2("/graphql", fields: signedIn, body: body("{ viewer { id } }"))
        #expect(newer.isOK && newer.body == answer.body)
        // By GET, with a query that is longer than a line of nginx's own default.
        let long = "/graphql?query=%7BapiVersion%7D" + String(repeating: "%20", count: 4_000)
        #expect(try client.ask(long).body.contains("apiVersion"))
        #expect(try client.ask("/schema.graphql").status == 200)
        // Errors are Portico's own.
        #expect(
            try client.ask("/graphql?query=%7BapiVersion%7D", fields: [("authorization", "Bearer nonsense")]).status
                == 401)
    }

    func requestIdsArePassedOn() async throws {
        let given = try ask("{ apiVersion }", [("x-request-id", "trace-4711")])
        #expect(given.headers["x-request-id"] == "trace-4711")
        let made = try #require(try ask("{ apiVersion }").headers["x-request-id"])
        #expect(made.count == 32)
        let odd = try #require(try ask("{ apiVersion }", [("x-request-id", "a b;c")]).headers["x-request-id"])
        #expect(odd.count == 32)
        // Both logs know them, a moment later.
        try await gateway.wait(for: "requestId=trace-4711")
        try await gateway.wait(for: "requestId=\(made)")
        var log = ""
        for _ in 0..<500 where !log.contains(" \(made)") {
            try await Task.sleep(for: .milliseconds(10))
            log = try String(contentsOfFile: folder + "/access.log", encoding: .utf8)
        }
        #expect(log.contains(" trace-4711") && log.contains(" \(made)") && !log.contains("query="))
    }

    func whatIsNotForStrangersIsNotThere() throws {
        for path in ["/metrics", "/healthz", "/readyz", "/", "/graphql/x"] {
            let answer = try client.ask(path)
            #expect(answer.status == 404 && answer.body.contains("NOT_FOUND"), "\(path)")
        }
    }

    func aBodyThatIsTooLongIsRefusedAsPorticoRefusesIt() throws {
        let json = [("content-type", "application/json")]
        let answer = try client.ask("/graphql", fields: json, body: [UInt8](repeating: 0x20, count: (1 << 20) + 1))
        #expect(
            answer.status == 413 && answer.body.contains("LIMIT_EXCEEDED")
                && answer.headers["content-type"] == "application/json")
        // What just fits reaches Portico.
        let body = body("{ apiVersion }")
        #expect(
            try client.ask(
                "/graphql", fields: json, body: body + [UInt8](repeating: 0x20, count: (1 << 20) - body.count)
            ).status == 200)
    }

    func aGatewayThatIsGoneIsUnavailable() async throws {
        #expect(try ask("{ apiVersion }").status == 200)
        gateway.signal(SIGTERM)
        #expect(try await gateway.end() == 0)
        let answer = try ask("{ apiVersion }")
        #expect(answer.status == 503 && answer.body.contains("UNAVAILABLE") && answer.headers["retry-after"] == "1")
    }
}
