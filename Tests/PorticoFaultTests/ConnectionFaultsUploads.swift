import Foundation
import Testing

/// Many clients that send the beginnings of large requests and stay, in a process of their own:
/// Foundation cannot start children in a process that has more than a thousand files open.
final class ConnectionFaultsUploads {
    private static let script = #"""
        for ((i = 0; i < $3; i++)); do
            exec {connection}<>"/dev/tcp/127.0.0.1/$1" && cat "$2" >&"$connection" 2>/dev/null
        done
        echo all
        read -r line
        """#

    private let process = Process()
    private let input = Pipe(), output = Pipe()
    private let file: String

    /// - Parameters:
    ///   - request: What each of them sends.
    ///   - count: How many there are.
    init(port: UInt16, request: String, count: Int) throws {
        file = NSTemporaryDirectory() + "portico-upload-" + UUID().uuidString
        try Data(request.utf8).write(to: URL(fileURLWithPath: file))
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", Self.script, "uploads", "\(port)", file, "\(count)"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { end() }

    /// Waits until all have sent what they send.
    func sent() throws {
        let line = output.fileHandleForReading.availableData
        try #require(String(decoding: line, as: UTF8.self) == "all\n", "the uploads' process ended")
    }

    /// All of them leave.
    func end() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: file)
    }
}
