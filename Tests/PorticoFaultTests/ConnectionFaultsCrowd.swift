import Foundation
import Testing

/// Many idle clients, in a process of their own: Foundation cannot start children in a process that
/// has more than a thousand files open.
final class ConnectionFaultsCrowd {
    private static let script = #"""
        ask() {
            local length=0 line
            printf '%s' "$2" >&"$1" || return 1
            IFS= read -r -t 60 line <&"$1" || return 1
            case $line in *' 200 '*) ;; *) return 1 ;; esac
            while IFS= read -r -t 60 line <&"$1" && [ "$line" != $'\r' ]; do
                case $line in content-length:*) line=${line%$'\r'}; length=${line#content-length: } ;; esac
            done
            IFS= read -r -t 60 -N "$length" line <&"$1"
        }
        while read -r count; do
            answered=0
            for ((i = 0; i < count; i++)); do exec {connection}<>"/dev/tcp/127.0.0.1/$1" && ask "$connection" "$2" && answered=$((answered + 1)); done
            echo "$answered"
        done
        """#

    private let process = Process()
    private let input = Pipe(), output = Pipe()

    /// - Parameter request: What each client asks for, once; the answer is to be 200.
    init(port: UInt16, request: String) throws {
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", Self.script, "crowd", "\(port)", request]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Adds the given number of clients; each asks once and stays.
    /// - Returns: How many were answered.
    func add(_ count: Int) throws -> Int {
        input.fileHandleForWriting.write(Data("\(count)\n".utf8))
        var line: [UInt8] = []
        while line.last != 10 {
            let bytes = output.fileHandleForReading.availableData
            try #require(!bytes.isEmpty, "the crowd's process ended")
            line += bytes
        }
        return Int(String(decoding: line.dropLast(), as: UTF8.self)) ?? 0
    }
}
