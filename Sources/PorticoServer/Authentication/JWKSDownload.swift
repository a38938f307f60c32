import Diagnostics
import Glibc
import SocketLoop

/// Fetches a JWKS by `curl`, as a program of its own: TLS, proxies and the machine's certificates are its business, and their libraries do not stay resident in
/// a gateway that needs them for a moment every ten minutes.
enum JWKSDownload {
    /// Bytes of a document; stands against an endless answer.
    static let mostBytes = 1 << 20
    /// Seconds until an attempt is given up.
    static let timeoutSeconds = 10

    /// - Parameter url: As the configuration has checked it: `https:`, or `http:` on this machine.
    static func bytes(of url: String) async throws(KeyFailure) -> [UInt8] {
        let result: Result<[UInt8], KeyFailure> = await withCheckedContinuation { continuation in
            // Waiting for a program blocks a thread, which must be none of those that everybody shares.
            let isStarted = LoopThread.detach(name: "portico-jwks") { continuation.resume(returning: fetch(url)) }
            if !isStarted { continuation.resume(returning: .failure(KeyFailure("The JWKS \(shown(url)) cannot be fetched: no thread is left."))) }
        }
        return try result.get()
    }

    /// A URL for a message: without what may be a name and a password, and without parameters.
    static func shown(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return HiddenValues.mark }
        let rest = url[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        guard let at = rest.lastIndex(of: "@") else { return String(url[..<scheme.upperBound] + rest) }
        return String(url[..<scheme.upperBound] + HiddenValues.mark + rest[at...])
    }

    private static func fetch(_ url: String) -> Result<[UInt8], KeyFailure> {
        // No redirects: they could lead to where the configuration forbids to go. The URL is an argument, and no shell reads it.
        let command = [
            "curl", "--disable", "--silent", "--show-error", "--fail", "--proto", "=https,http", "--max-time", "\(timeoutSeconds)", "--max-filesize", "\(mostBytes)",
            "--header", "accept: application/json", "--write-out", "%{response_code}", "--", url,
        ]
        guard let (status, output) = run(command) else { return .failure(KeyFailure("The JWKS \(shown(url)) cannot be fetched: the program curl is not installed.")) }
        guard status == 0 else {
            let said = String(decoding: output.suffix(200), as: UTF8.self).split(separator: "\n").last.map(String.init) ?? "curl ended with \(status)"
            // It may repeat the URL.
            let reason = said.contains("@") ? "curl ended with \(status)" : said
            return .failure(KeyFailure("The JWKS \(shown(url)) cannot be fetched: \(reason)"))
        }
        // What curl takes for success is more than a 200, such as a redirect that it does not follow.
        guard output.suffix(3) == Array("200".utf8)[...] else { return .failure(KeyFailure("The JWKS \(shown(url)) cannot be fetched: the answer is no 200.")) }
        guard output.count <= mostBytes + 3 else { return .failure(KeyFailure("The JWKS \(shown(url)) is longer than \(mostBytes) bytes.")) }
        return .success(output.dropLast(3))
    }

    /// Runs a program to its end.
    /// - Returns: Its exit status and what it has written, errors included; `nil` when it cannot be started.
    private static func run(_ command: [String]) -> (status: Int32, output: [UInt8])? {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else { return nil }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        // The server keeps signals from itself; its child takes them.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child = pid_t()
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let started = posix_spawnp(&child, command[0], &actions, &attributes, &arguments, environ)
        close(ends[1])
        guard started == 0 else { return nil }
        let output = readAll(ends[0])
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            if errno != EINTR { return (-1, output) }
        }
        // The exit status stands in the second byte; the first tells the signal of one that was ended.
        return (status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F), output)
    }

    private static func readAll(_ descriptor: Int32) -> [UInt8] {
        var output: [UInt8] = []
        while true {
            var count = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, initialized in
                count = read(descriptor, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return output }
            // What is too much is read and dropped: a child that cannot write would never end.
            if output.count <= 2 * mostBytes { output += piece }
        }
    }
}
