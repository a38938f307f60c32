import Foundation
import Testing
@testable import SocketLoop

@Suite struct ListeningSocketTests {
    private func connectTCP(port: UInt16) -> StreamSocket? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { _ = Glibc.close(descriptor); return nil }
        return StreamSocket(descriptor: descriptor)
    }

    private func connectUnix(_ path: String) -> StreamSocket? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { _ = Glibc.close(descriptor); return nil }
        return StreamSocket(descriptor: descriptor)
    }

    private func temporaryPath() -> String { "/tmp/portico-\(UUID().uuidString.prefix(8)).sock" }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `listens on a port the kernel chooses, and accepts without blocking`(host: String) throws {
        let listeners = try ListeningSocket.open(.tcp(host: host, port: 0))
        defer { for listener in listeners { listener.close() } }
        let ports = Set(listeners.compactMap { if case .tcp(_, let port) = $0.address { port } else { nil } })
        #expect(ports.count == 1, "every address of a name has the same port")
        let listener = try #require(
            listeners.first { if case .tcp("127.0.0.1", _) = $0.address { true } else { false } })
        #expect(listener.accept() == .none)
        let client = try #require(connectTCP(port: ports.first ?? 0))
        defer { client.close() }
        guard case .connection(let server, _) = listener.accept() else {
            Issue.record("no connection was accepted"); return
        }
        defer { server.close() }
        server.disableDelay()
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(buffer.withUnsafeMutableBytes { server.read(into: $0) } == .wouldBlock)
        #expect(listener.accept() == .none)
    }

    @Test func `two listeners share a port only if both say so`() throws {
        let first = try #require(ListeningSocket.open(.tcp(host: "127.0.0.1", port: 0), reusePort: true).first)
        defer { first.close() }
        let second = try #require(ListeningSocket.open(first.address, reusePort: true).first)
        second.close()
        let failure = #expect(throws: SocketFailure.self) { _ = try ListeningSocket.open(first.address) }
        #expect(failure?.errno == EADDRINUSE)
        #expect(failure?.description == "cannot listen on \(first.address): Address already in use")
    }

    @Test func `an unknown host is an error that says so`() {
        let failure = #expect(throws: SocketFailure.self) {
            _ = try ListeningSocket.open(.tcp(host: "no such host", port: 80))
        }
        #expect(failure?.description.hasPrefix("cannot listen on no such host:80: the host is unknown") == true)
    }

    @Test func `a Unix-domain socket has its mode, replaces a stale file, and is removed`() throws {
        let path = temporaryPath()
        let first = try #require(ListeningSocket.open(.unix(path: path, mode: 0o600)).first)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let client = try #require(connectUnix(path))
        client.close()
        let refused = #expect(throws: SocketFailure.self) {
            _ = try ListeningSocket.open(.unix(path: path, mode: 0o600))
        }
        #expect(refused?.errno == EADDRINUSE)
        _ = Glibc.close(first.descriptor)  // as if the process had died: the file stays
        let second = try #require(ListeningSocket.open(.unix(path: path, mode: 0o660)).first)
        second.close()
        #expect(stat(path, &status) != 0)
    }

    @Test func `a file that is no socket is left alone`() throws {
        let path = temporaryPath()
        try Data("keep".utf8).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        #expect(throws: SocketFailure.self) { _ = try ListeningSocket.open(.unix(path: path, mode: 0o600)) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "keep")
    }

    @Test(arguments: [0, 108, 4096]) func `a path must fit`(length: Int) {
        let failure = #expect(throws: SocketFailure.self) {
            _ = try ListeningSocket.open(.unix(path: String(repeating: "x", count: length), mode: 0o600))
        }
        #expect(failure?.reason == "the path must have 1 to 107 bytes, it has \(length)")
    }
}
