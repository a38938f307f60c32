import Foundation

/// Programs as children of this process, by `posix_spawn`.
enum Command {
    /// Runs a program to its end.
    /// - Throws: ``TestClusterFailure`` with everything it printed, when it does not end with 0.
    static func output(of command: [String]) throws -> String {
        let ends = try makeStream()
        defer { close(ends[0]) }
        let pid: pid_t
        do {
            defer { close(ends[1]) }
            pid = try spawn(command) { actions in
                posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
                posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
                posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
            }
        }
        var output: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count > 0 { output += buffer[..<count] } else if count == 0 || errno != EINTR { break }
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let text = String(decoding: output, as: UTF8.self)
        guard status == 0 else {
            throw TestClusterFailure("\(command.joined(separator: " ")): status \(status): \(text)")
        }
        return text
    }

    /// Starts a program in a session of its own (Ctrl-C of the tests does not reach it), which
    /// writes to a file.
    static func spawn(_ command: [String], output: String) throws -> pid_t {
        try spawn(command, newSession: true) { actions in
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
    }

    static func spawn(
        _ command: [String], newSession: Bool = false, _ prepare: (inout posix_spawn_file_actions_t) -> Void
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // What this process blocks or ignores is not the child's business.
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | (newSession ? 0x80 /* POSIX_SPAWN_SETSID */ : 0))
        prepare(&actions)
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        let status = posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, environ)
        guard status == 0 else {
            throw TestClusterFailure("\(command[0]) cannot be started: \(String(cString: strerror(status)))")
        }
        return pid
    }
}
