import Glibc
import HTTPWire
import JSONBytes
import JWTKit
import SocketLoop
import Testing
@testable import PorticoServer

/// Keys out of a JWKS: from a file, and over HTTP from this machine.
struct KeyLoaderTests {
    private func document(_ kid: String) throws -> String {
        let parameters = try #require(ES256PrivateKey().publicKey.parameters)
        return #"{"keys":[{"kid":"\#(kid)","kty":"EC","crv":"P-256","x":"\#(parameters.x)","y":"\#(parameters.y)"}]}"#
    }

    private func load(_ source: JWKSConfiguration.Source) async throws -> KeySet {
        var authentication = AuthenticationConfiguration()
        authentication.jwks = JWKSConfiguration(source: source)
        return try await KeyLoader(authentication: authentication).load()
    }

    @Test func fromAFile() async throws {
        var template = Array("/tmp/portico-jwks-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let text = try document("from-file")
        _ = text.withCString { write(descriptor, $0, text.utf8.count) }
        close(descriptor)
        #expect(try await load(.file(path: path)).key(kid: "from-file", algorithm: "ES256") != nil)
        await #expect(throws: KeyFailure.self) { try await load(.file(path: path + "-not-there")) }
    }

    @Test(.enabled(if: access("/usr/bin/curl", X_OK) == 0, "curl is not installed")) func overHTTP() async throws {
        let site = try Site(document("from-url"))
        #expect(try await site.serving { try await load(.url("http://127.0.0.1:\($0)/keys")) }.key(kid: "from-url", algorithm: "ES256") != nil)
        await #expect(throws: KeyFailure.self) { try await Site("not JSON").serving { try await load(.url("http://127.0.0.1:\($0)/keys")) } }
        await #expect(throws: KeyFailure.self) { try await Site(document("x"), status: 404).serving { try await load(.url("http://127.0.0.1:\($0)/keys")) } }
        // A redirect is not followed: what stands behind it was not configured.
        await #expect(throws: KeyFailure.self) { try await Site(document("x"), status: 302).serving { try await load(.url("http://127.0.0.1:\($0)/keys")) } }
        await #expect(throws: KeyFailure.self) { try await Site(String(repeating: " ", count: 2 << 20)).serving { try await load(.url("http://127.0.0.1:\($0)/keys")) } }
        // Nobody listens there any more.
        await #expect(throws: KeyFailure.self) { try await load(.url("http://127.0.0.1:\(site.port)/keys")) }
    }

    @Test func withoutAnyKeyThereIsNoSet() async {
        await #expect(throws: KeyFailure.self) { try await KeyLoader(authentication: AuthenticationConfiguration()).load() }
    }

    /// Answers one request with a text, on a thread of its own.
    private final class Site: Sendable {
        let port: UInt16
        private let listener: Listener
        private let answer: [UInt8]

        init(_ text: String, status: Int = 200) throws {
            listener = try Listener.open(.tcp(host: "127.0.0.1", port: 0))[0]
            guard case .tcp(_, let port) = listener.address else { throw SocketFailure("no port", errno: 0) }
            self.port = port
            var head = HTTPResponseHead(status: status)
            if status == 302 { head.add("location", "/keys") }
            var bytes: [UInt8] = []
            ResponseWriter(keepAlive: false).write(head, body: Array(text.utf8), date: [], into: &bytes)
            answer = bytes
        }

        func serving<Value: Sendable>(_ body: (UInt16) async throws -> Value) async throws -> Value {
            let isStarted = LoopThread.detach(name: "site") { [listener, answer] in
                var entry = pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&entry, 1, 10_000) > 0, case .connection(let socket, _) = listener.accept() else { return listener.close() }
                listener.close()
                _ = fcntl(socket.descriptor, F_SETFL, 0)
                withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { _ = socket.read(into: $0) }
                var rest = answer[...]
                while !rest.isEmpty, case .bytes(let count) = rest.withUnsafeBytes({ socket.write($0) }) { rest = rest.dropFirst(count) }
                socket.finishWriting()
                withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { while case .bytes = socket.read(into: $0) {} }
                socket.close()
            }
            guard isStarted else { throw SocketFailure("no thread", errno: 0) }
            return try await body(port)
        }
    }
}
