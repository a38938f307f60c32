import Foundation
import Synchronization

/// A shell that outlives the tests by a moment: when their end of a pipe closes, for whatever
/// reason, it ends the cluster's server and removes the folder. So a test process that is killed
/// leaves nothing behind.
final class ClusterWatcher: Sendable {
    private let process: pid_t
    private let pipeEnd: Mutex<Int32?>

    private static let script = """
        trap '' INT TERM HUP
        cat >/dev/null
        if read -r pid 2>/dev/null <"$1/data/postmaster.pid"; then
            kill -CONT "$pid"; kill -QUIT "$pid"
            for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do kill -0 "$pid" || break; sleep 0.1; done
            kill -KILL "$pid"
        fi 2>/dev/null
        rm -rf "$1"
        """

    init(folder: String) throws {
        let ends = try makeStream()
        defer { close(ends[0]) }
        process = try Command.spawn(["/bin/sh", "-c", Self.script, "portico-test-cluster", folder], newSession: true) {
            actions in
            posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
            // Who waits for the end of the tests' output does not wait for the watcher.
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        pipeEnd = Mutex(ends[1])
    }

    /// Lets it clean up now, and waits for it.
    func end() {
        guard
            let descriptor = pipeEnd.withLock({ end in
                defer { end = nil }; return end
            })
        else { return }
        close(descriptor)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }
}
