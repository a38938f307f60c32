import Glibc
import PorticoProject

/// Processor time used by processes of this machine, in nanoseconds.
enum ProcessCPU {
    /// Of one process, in ticks of the kernel's clock (`/proc/PID/stat`, proc(5)).
    struct Times: Equatable {
        var parent: Int
        /// Of all its threads, including ended ones.
        var own: Int
        /// Of its ended children.
        var endedChildren: Int

        /// The name in parentheses may contain anything; it ends at the last parenthesis.
        init?(_ line: [UInt8]) {
            guard let end = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
            let fields = String(decoding: line[(end + 1)...], as: UTF8.self).split(separator: " ")
            guard fields.count > 14, let parent = Int(fields[1]) else { return nil }
            let times = fields[11..<15].compactMap { Int($0) }
            guard times.count == 4 else { return nil }
            self.parent = parent
            own = times[0] + times[1]
            endedChildren = times[2] + times[3]
        }
    }

    static func times(of pid: Int) -> Times? {
        guard pid > 0, let line = try? FileSystem.bytes(of: "/proc/\(pid)/stat") else { return nil }
        return Times(line)
    }

    /// Of this process, exactly.
    static func ofThisProcess() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Of one process; `nil` when it is gone.
    static func of(_ pid: Int) -> Int? { times(of: pid).map { $0.own * nanosecondsPerTick } }

    /// Of a process and its children, including ended ones: PostgreSQL's sessions. `nil` when gone.
    static func ofFamily(_ pid: Int) -> Int? {
        guard let parent = times(of: pid) else { return nil }
        let others = (FileSystem.names(in: "/proc") ?? []).compactMap { Int($0) }.compactMap { times(of: $0) }
        return (parent.own + parent.endedChildren + others.filter { $0.parent == pid }.reduce(0) { $0 + $1.own })
            * nanosecondsPerTick
    }

    private static let nanosecondsPerTick = 1_000_000_000 / max(1, sysconf(Int32(_SC_CLK_TCK)))
}
