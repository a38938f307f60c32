import Foundation

/// The system calls of a program that strace started, as it writes them down.
struct SystemCallTrace {
    /// Whether strace is there and may look into a process.
    static let isPermitted: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["strace", "-o", "/dev/null", "true"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    let file = NSTemporaryDirectory() + "portico-trace-" + UUID().uuidString

    /// What starts a program under it: with all threads, descriptors by their kind, and the program
    /// as the child of who starts it (-D).
    var words: [String] { ["strace", "-D", "-f", "-q", "-yy", "-s", "24", "-o", file] }

    /// What the thread that serves the connection did between two marks: requests for these paths,
    /// each of which it read in one piece.
    func calls(from first: String, to last: String) throws -> SystemCalls {
        var thread: Substring?
        var calls = SystemCalls()
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let call = parts[1].drop { $0 == " " }
            if call.contains("GET \(last) ") {
                // Interrupted by another thread's, its beginning has been counted already.
                if call.hasPrefix("<... ") { calls.clientReads -= 1 }
                return calls
            }
            if call.contains("GET \(first) ") { thread = parts[0] } else if thread == parts[0] { calls.add(call) }
        }
        throw UnfinishedTrace(description: "the trace has no \(first) and \(last)")
    }

    struct UnfinishedTrace: Error, CustomStringConvertible { var description: String }
}

/// Calls of one thread, by what they are for.
struct SystemCalls: CustomStringConvertible {
    var clientReads = 0
    var clientWrites = 0
    var databaseReads = 0
    var databaseWrites = 0
    var databaseBytes = 0
    var logWrites = 0
    /// Of the thread that writes the log.
    var wakes = 0
    var waits = 0
    /// Changes of what is watched.
    var watches = 0
    /// Of the heap, to get memory from the system or to give it back.
    var memory = 0
    /// By their names.
    var others: [String: Int] = [:]

    /// - Parameter line: Without its thread. A call that another thread's has interrupted stands on
    ///   two lines, with the result on the second.
    mutating func add(_ line: Substring) {
        let isEnd = line.hasPrefix("<... ")
        let name = line.drop { "<. ".contains($0) }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let isOfClient = line.contains("<TCP"), isOfDatabase = line.contains("<UNIX")
        if name == "recvfrom", !isOfClient {
            databaseBytes += line.components(separatedBy: " = ").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        }
        guard !isEnd else { return }
        switch name {
        case "recvfrom" where isOfClient: clientReads += 1
        case "sendmsg" where isOfClient: clientWrites += 1
        case "recvfrom" where isOfDatabase: databaseReads += 1
        case "sendto" where isOfDatabase: databaseWrites += 1
        case "write" where line.hasPrefix("write(2<"): logWrites += 1
        case "futex" where line.contains("FUTEX_WAKE"): wakes += 1
        case "epoll_wait", "epoll_pwait": waits += 1
        case "epoll_ctl": watches += 1
        case "mmap", "munmap", "mprotect", "madvise", "brk", "mremap": memory += 1
        default: others[String(name), default: 0] += 1
        }
    }

    var description: String {
        "client \(clientReads) read, \(clientWrites) written; database \(databaseReads) read (\(databaseBytes) bytes), \(databaseWrites) written; "
            + "log \(logWrites), woken \(wakes); \(waits) waits, \(watches) watches, \(memory) for memory, others \(others)"
    }
}
