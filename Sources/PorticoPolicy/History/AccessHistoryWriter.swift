import ExactText
import Glibc
import JSONBytes
import PlainFiles
import PorticoConfiguration
import SocketLoop

/// Writes the trail of access rules: one process at a time, each record as a whole or not at all.
///
/// Failed records are written later, followed by all rules then in force. No request waits.
final class AccessHistoryWriter {
    enum Limits {
        /// Records that wait to be written; beyond it, the oldest are lost. Guards against a full
        /// disk while a tool keeps writing files.
        static let waiting = 1_000
    }

    private let settings: AccessHistoryConfiguration
    private let folder: AccessHistoryFolder
    private let process: String
    private var lock: Int32 = -1
    private var file: Int32 = -1
    private var number = 0
    private var size = 0
    /// Bytes at the beginning of the file: all rules then in force.
    private var head = 0
    private var state = AccessHistoryState()
    /// Hashes of the texts in the file.
    private var texts: Set<String> = []
    private var waiting: [AccessRecord] = []
    /// Whether ``state`` matches the file.
    private var isComplete = false
    /// Whether a write has failed, so that the file is valid only after a snapshot.
    private var isBehind = false
    /// The last failure to write.
    private(set) var failure: String?

    init(_ settings: AccessHistoryConfiguration, project: String) {
        self.settings = settings
        folder = AccessHistoryFolder(path: settings.path(in: project))
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        process =
            "\(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)):\(getpid())"
    }

    deinit { closeAll() }

    var path: String { folder.path }

    func record(_ event: AccessRecord.Event, time: Int) -> AccessRecord {
        AccessRecord(time: time, event: event, process: process)
    }

    // MARK: Writing

    /// Records that a gateway serves by these files, with those that differ from the trail's end.
    func start(time: Int, everything: [AccessFileContent]) {
        var record = record(.start, time: time)
        do throws(FileFailure) {
            try open()
        } catch {
            failure = error.reason
        }
        let known = state.files, isKnown = isComplete
        let changed = everything.filter {
            known[$0.state.file].map { ($0.sha256, $0.isUnserved) } ?? (nil, false) != (
                $0.state.sha256, $0.state.isUnserved
            )
        }
        if isKnown {
            let names = Set(exact: everything.map(\.state.file))
            record.files =
                (changed.map(\.state)
                + known.keys.filter { !names.contains($0) }.map { AccessFileState(file: $0.text, sha256: nil) }).sorted
            { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
        }
        add(record, texts: changed) { everything }
    }

    /// Writes a record, or keeps it until it can be written.
    /// - Parameter everything: All files in force, called if a snapshot must be written.
    func add(_ record: AccessRecord, texts: [AccessFileContent] = [], everything: () -> [AccessFileContent]) {
        if waiting.count >= Limits.waiting { waiting.removeFirst() }
        waiting.append(record)
        write(texts, everything)
    }

    /// Retries failed writes.
    func retry(everything: () -> [AccessFileContent]) { if !waiting.isEmpty { write([], everything) } }

    private func write(_ contents: [AccessFileContent], _ everything: () -> [AccessFileContent]) {
        do throws(FileFailure) {
            if file >= 0, !isInPlace { closeAll() }
            try open()
            if size - head >= settings.fileBytes { try begin(number + 1) }
            let isFirst = size == 0, isWhole = !isComplete || isBehind, all = isWhole ? everything() : contents
            let buffer = ResponseBuffer()
            var fresh: Set<String> = []
            for content in all {
                guard let hash = content.state.sha256, !texts.contains(hash), fresh.insert(hash).inserted else {
                    continue
                }
                AccessHistoryLine.text(sha256: hash, content.bytes).write(into: buffer)
            }
            var next = state
            // A file begins with everything in force, so that the earlier history is not needed.
            if isWhole, isFirst { next = whole(all, next, waiting.first?.time ?? 0, buffer) }
            let headEnd = buffer.count
            for record in waiting { next = line(record, next, buffer) }
            if isWhole, !isFirst { next = whole(all, next, waiting.last?.time ?? 0, buffer) }
            try append(buffer.takeBytes())
            if isFirst { head = headEnd }
            (state, waiting, isComplete, isBehind, failure) = (next, [], true, false, nil)
            texts.formUnion(fresh)
        } catch {
            isBehind = true
            failure = error.reason
        }
    }

    private func line(
        _ record: AccessRecord, _ state: AccessHistoryState, _ buffer: ResponseBuffer
    ) -> AccessHistoryState {
        var record = record, next = state
        next.apply(record)
        record.rules = next.fingerprint
        AccessHistoryLine.record(record).write(into: buffer)
        return next
    }

    private func whole(
        _ contents: [AccessFileContent], _ state: AccessHistoryState, _ time: Int, _ buffer: ResponseBuffer
    ) -> AccessHistoryState {
        var record = record(.rules, time: time)
        record.files = contents.map(\.state)
        return line(record, state, buffer)
    }

    /// Records that the gateway ends.
    func stop(time: Int, everything: () -> [AccessFileContent]) {
        add(record(.stop, time: time), everything: everything)
        closeAll()
    }

    // MARK: Files

    private func append(_ bytes: [UInt8]) throws(FileFailure) {
        do throws(FileFailure) { try PlainFile.write(bytes, to: file) } catch {
            // A partial record must not be readable.
            ftruncate(file, off_t(size))
            throw error
        }
        size += bytes.count
        fdatasync(file)
    }

    private func open() throws(FileFailure) {
        if file >= 0 { return }
        try folder.make()
        if lock < 0 {
            let descriptor = Glibc.open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw FileFailure(number: errno) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                throw FileFailure(
                    errno: EWOULDBLOCK,
                    reason:
                        "another gateway keeps its history there; give this one a folder of its own by access.history.folder"
                )
            }
            lock = descriptor
        }
        if let last = folder.numbers()?.last { try goOn(last) } else { try begin(1) }
    }

    /// Continues the file of a process that has ended.
    private func goOn(_ last: Int) throws(FileFailure) {
        let bytes = try PlainFile.bytes(of: folder.file(last), limit: AccessHistoryFolder.readBytes)
        // A crash may leave an incomplete last line.
        let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        try openFile(last)
        if size > end {
            ftruncate(file, off_t(end))
            size = end
        }
        (state, texts, head) = (AccessHistoryState(), [], 0)
        for line in bytes[..<end].split(separator: 0x0A) {
            switch AccessHistoryLine(Array(line)) {
            case .text(let hash, _)?: texts.insert(hash)
            case .record(let record)?:
                state.apply(record)
                if record.event == .rules, head == 0 { head = line.endIndex + 1 }
            case nil: break
            }
        }
        isComplete = state.last != nil
    }

    /// Whether the open file is still the one in the folder, or was removed.
    private var isInPlace: Bool {
        guard let own = FileStamp(descriptor: file), let there = FileStamp(folder.file(number)) else { return false }
        return own.isSameFile(as: there)
    }

    private func closeAll() {
        if file >= 0 { close(file) }
        if lock >= 0 { close(lock) }
        (file, lock) = (-1, -1)
    }

    private func begin(_ next: Int) throws(FileFailure) {
        if file >= 0 { close(file) }
        file = -1
        try openFile(next)
        (state, texts, isComplete, head) = (AccessHistoryState(), [], false, 0)
        for old in (folder.numbers() ?? []) where old < next - settings.files { unlink(folder.file(old)) }
    }

    private func openFile(_ next: Int) throws(FileFailure) {
        let descriptor = Glibc.open(folder.file(next), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFailure(number: errno) }
        (file, number) = (descriptor, next)
        size = Int(lseek(descriptor, 0, SEEK_END))
    }
}
