import CSocketShim
import Glibc

/// An event in a watched folder.
public struct FolderEvent: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// A file was closed after writing.
        case written
        /// Something was renamed into the folder.
        case movedIn
        /// Something was created: a folder, a link, or a file that is still open for writing.
        case created
        /// Something was removed, or renamed away.
        case gone
        /// The folder itself was removed or replaced: it is no longer watched.
        case folderGone
        /// The kernel's queue overflowed: everything must be read again.
        case overflow
    }

    /// The number from ``FolderWatch/watch(_:)``; -1 for an overflow.
    public var folder: Int32
    public var kind: Kind
    /// Within the folder; empty for an event of the folder itself.
    public var name: String
}

/// Reports changes of folders as events of a ``Reactor`` (inotify); not recursive.
public final class FolderWatch {
    /// Bytes of events that are read at once.
    static let readBytes = 64 << 10

    private let reactor: Reactor
    private let descriptor: Int32
    private var registration: Registration?

    /// Calls the handler with all events of a turn, in order, until ``cancel()``.
    /// - Throws: ``SocketFailure`` when the kernel gives no more descriptors or instances
    ///   (`fs.inotify.max_user_instances`).
    public init(reactor: Reactor, handler: @escaping ([FolderEvent]) -> Void) throws(SocketFailure) {
        self.reactor = reactor
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw SocketFailure("cannot watch folders", errno: errno) }
        registration = try reactor.register(descriptor, .read) { [descriptor] _ in
            let events = Self.read(descriptor)
            if !events.isEmpty { handler(events) }
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    public func cancel() {
        if let registration { reactor.deregister(registration) }
        registration = nil
    }

    /// Watches a folder, following links; a folder that is already watched keeps its number.
    /// - Returns: The number in its events.
    /// - Throws: ``SocketFailure`` when there is no such folder, or no watch is left
    ///   (`fs.inotify.max_user_watches`).
    public func watch(_ path: String) throws(SocketFailure) -> Int32 {
        let mask = UInt32(
            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
                | IN_ONLYDIR)
        let folder = inotify_add_watch(descriptor, path, mask)
        guard folder >= 0 else { throw SocketFailure("cannot watch \(path)", errno: errno) }
        return folder
    }

    /// Stops watching; pending events may still be delivered.
    public func unwatch(_ folder: Int32) { _ = inotify_rm_watch(descriptor, folder) }

    private static func read(_ descriptor: Int32) -> [FolderEvent] {
        var events: [FolderEvent] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: readBytes, alignment: MemoryLayout<inotify_event>.alignment)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, readBytes)
            guard count > 0 else { return events }
            var offset = 0
            while offset + MemoryLayout<inotify_event>.size <= count {
                let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                let start = offset + MemoryLayout<inotify_event>.size, end = min(count, start + Int(event.len))
                // The name is padded with zeros.
                let name = String(
                    decoding: UnsafeRawBufferPointer(rebasing: buffer[start..<end]).prefix { $0 != 0 }, as: UTF8.self)
                if let kind = kind(event.mask) { events.append(FolderEvent(folder: event.wd, kind: kind, name: name)) }
                offset = end
            }
        }
    }

    private static func kind(_ mask: UInt32) -> FolderEvent.Kind? {
        func has(_ flags: Int32) -> Bool { mask & UInt32(bitPattern: flags) != 0 }
        if has(IN_Q_OVERFLOW) { return .overflow }
        if has(IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) { return .folderGone }
        if has(IN_CLOSE_WRITE) { return .written }
        if has(IN_MOVED_TO) { return .movedIn }
        if has(IN_CREATE) { return .created }
        return has(IN_DELETE | IN_MOVED_FROM) ? .gone : nil
    }
}
