import Glibc
import PorticoProject

/// A child process.
struct ChildProcess {
    let id: pid_t

    enum Output {
        /// Appended to a file, which is created with mode 0600.
        case file(String)
        case pipe(Int32)
    }

    /// Starts a program by its path, in its own process group: a Ctrl-C in the terminal reaches
    /// only this process, which decides when the child stops.
    ///
    /// Call on the main thread: a child that stops with its parent (`setpriv --pdeathsig`) stops
    /// with the *thread* that started it.
    ///
    /// - Parameter errors: The destination of standard error; by default that of the output.
    init(
        _ path: String, _ arguments: [String], output: Output, errors: Output? = nil, environment: [String] = []
    ) throws(CommandFailure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        switch output {
        case .file(let name):
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, name, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        case .pipe(let end): posix_spawn_file_actions_adddup2(&actions, end, STDOUT_FILENO)
        }
        switch errors {
        case nil: posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        case .file(let name)?:
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, name, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        case .pipe(let end)?: posix_spawn_file_actions_adddup2(&actions, end, STDERR_FILENO)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let environment =
            environment + [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC",
            ]
        var process = pid_t()
        let code = withCStrings([path] + arguments) { words in
            withCStrings(environment) { variables in
                posix_spawn(&process, path, &actions, &attributes, words, variables)
            }
        }
        guard code == 0 else { throw .notInOrder("\(path) could not be started: \(String(cString: strerror(code))).") }
        id = process
    }

    /// Runs a program to its end: its exit status, and its output, at most ``outputBytes``.
    static func run(
        _ path: String, _ arguments: [String], environment: [String] = []
    ) throws(CommandFailure) -> (status: Int32, output: String) {
        let (status, output) = try run(path, arguments, errors: nil, environment: environment, most: outputBytes)
        return (status, String(decoding: output, as: UTF8.self))
    }

    /// Runs a program: its exit status, and at most the given bytes of standard output.
    static func output(
        of path: String, _ arguments: [String], environment: [String], most: Int
    ) throws(CommandFailure) -> (status: Int32, output: [UInt8]) {
        try run(path, arguments, errors: .file("/dev/null"), environment: environment, most: most)
    }

    private static func run(
        _ path: String, _ arguments: [String], errors: Output?, environment: [String], most: Int
    ) throws(CommandFailure) -> (Int32, [UInt8]) {
        var ends: [Int32] = [-1, -1]
        guard FileSystem.makePipe(&ends) else {
            throw .notInOrder("No pipe to \(path) could be made: \(String(cString: strerror(errno))).")
        }
        let child: ChildProcess
        do {
            child = try ChildProcess(path, arguments, output: .pipe(ends[1]), errors: errors, environment: environment)
        } catch {
            close(ends[0])
            close(ends[1])
            throw error
        }
        close(ends[1])
        defer { close(ends[0]) }
        var output: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if output.count < most { output += buffer[..<min(count, most - output.count)] }
        }
        return (child.wait(), output)
    }

    /// Bytes of a program's output that are kept. Guards against endless output.
    static let outputBytes = 1 << 20

    /// The exit status after the child's end (128 + the signal that ended it), else `nil`.
    func poll() -> Int32? { status(waitFlags: WNOHANG) }

    @discardableResult
    func wait() -> Int32 { status(waitFlags: 0) ?? -1 }

    /// Whether it ended within the given milliseconds.
    func wait(milliseconds: Int) -> Bool {
        for _ in 0...(milliseconds / 10) {
            if poll() != nil { return true }
            usleep(10_000)
        }
        return false
    }

    func send(_ signal: Int32) { kill(id, signal) }

    private func status(waitFlags: Int32) -> Int32? {
        var status: Int32 = 0
        while true {
            let found = waitpid(id, &status, waitFlags)
            if found == 0 { return nil }
            if found < 0 {
                if errno == EINTR { continue }
                return -1  // nobody to wait for: it has ended and was waited for before
            }
            let signal = status & 0x7F
            return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }
    }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<R>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
