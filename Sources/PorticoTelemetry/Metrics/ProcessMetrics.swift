import CoreMetrics
import Glibc
import PlainFiles
import PorticoGateway
import Synchronization

/// The kernel's figures of this process, under the names of Prometheus' own clients.
final class ProcessMetrics: Sendable {
    private let resident: Meter, virtual: Meter, open: Meter, most: Meter, start: Meter
    private let processor: FloatingPointCounter
    private let droppedLines: Counter
    private let knownDrops = Mutex<Int>(0)
    private let processorTime = Mutex<Double>(0)

    init(factory: any MetricsFactory) {
        func meter(_ name: MetricName) -> Meter { Meter(label: name.rawValue, factory: factory) }
        (resident, virtual, open, most, start) = (
            meter(.residentMemory), meter(.virtualMemory), meter(.openDescriptors), meter(.mostDescriptors),
            meter(.startTime)
        )
        droppedLines = Counter(label: MetricName.droppedLogLines.rawValue, factory: factory)
        processor = FloatingPointCounter(label: MetricName.processorTime.rawValue, factory: factory)
    }

    /// Reads `/proc`; unreadable values keep their last number.
    func sample() {
        if let pages = Self.words("/proc/self/statm"), pages.count > 1, let all = Int(pages[0]),
            let inMemory = Int(pages[1])
        {
            let pageSize = sysconf(Int32(_SC_PAGESIZE))
            virtual.set(all * pageSize)
            resident.set(inMemory * pageSize)
        }
        if let status = Self.status() {
            start.set(status.startTime)
            let grown = processorTime.withLock { known in
                defer { known = max(known, status.processorTime) }
                return status.processorTime - known
            }
            if grown > 0 { processor.increment(by: grown) }
        }
        if let count = Self.openDescriptors() { open.set(count) }
        let drops = LogWriter.standardError.droppedLines
        let newDrops = knownDrops.withLock { known in
            defer { known = max(known, drops) }
            return drops - known
        }
        if newDrops > 0 { droppedLines.increment(by: newDrops) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { most.set(limit.rlim_cur) }
    }

    /// Seconds of processor time, and when the process started.
    private static func status() -> (processorTime: Double, startTime: Double)? {
        // The second field is the program's name in parentheses, which may contain anything.
        guard let bytes = try? PlainFile.bytes(of: "/proc/self/stat", limit: 1 << 16),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        guard fields.count > 19, let user = Double(fields[11]), let system = Double(fields[12]),
            let started = Double(fields[19]), let boot = bootTime()
        else { return nil }
        return ((user + system) / ticks, boot + started / ticks)
    }

    private static func bootTime() -> Double? {
        guard let bytes = try? PlainFile.bytes(of: "/proc/stat", limit: 16 << 20) else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) }
    }

    private static func words(_ path: String) -> [Substring]? {
        (try? PlainFile.bytes(of: path, limit: 1 << 16)).map {
            String(decoding: $0, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        }
    }

    private static func openDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the descriptor used for reading.
        return count - 3
    }
}
