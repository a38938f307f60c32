import PorticoAccess
import SocketLoop

/// Watches the folders that lead to the files of the rules, and reports what to check.
///
/// Each folder may be a link, may not exist yet, may disappear and reappear, and may be replaced by
/// a rename, as volumes of a cluster are.
final class RuleWatch {
    /// What may have changed.
    struct Glance {
        /// Complete files.
        var sources: Set<RuleSource> = []
        var missing: Set<RuleSource> = []
        /// Set if more than single files changed, or it is unknown what.
        var everything = false

        var isEmpty: Bool { sources.isEmpty && missing.isEmpty && !everything }
    }

    private let project: String
    private let watch: FolderWatch
    /// Watch descriptors of the project and each of ``RuleFolder/steps``; -1 if missing.
    private var numbers: [Int32]
    private var folders: [FileStamp?]
    /// Why an existing folder cannot be watched; then only periodic checks find changes.
    private(set) var failure: SocketFailure?

    /// - Throws: ``SocketFailure`` when the kernel gives no more descriptors or instances.
    init(project: String, reactor: Reactor, handler: @escaping (Glance) -> Void) throws(SocketFailure) {
        self.project = project
        numbers = Array(repeating: -1, count: RuleFolder.steps.count + 1)
        folders = Array(repeating: nil, count: RuleFolder.steps.count + 1)
        let box = Box()
        watch = try FolderWatch(reactor: reactor) { [box] events in
            guard let own = box.watch else { return }
            let glance = own.glance(events)
            if !glance.isEmpty { handler(glance) }
        }
        box.watch = self
        arm(from: 0)
    }

    /// Lets the event handler find the watch, which is created later.
    private final class Box { weak var watch: RuleWatch? }

    func cancel() { watch.cancel() }

    /// Watches paths whose folders were replaced without an event. Returns whether there were any.
    func armAgain() -> Bool {
        let found = (0..<folders.count).map { FileStamp(path($0)) }
        let changed = folders.indices.first { index in
            switch (found[index], folders[index]) {
            case (nil, nil): false
            case (let one?, let other?): !one.isSameFile(as: other)
            default: true
            }
        }
        guard let changed else { return false }
        arm(from: changed)
        return true
    }

    private func path(_ level: Int) -> String { ([project] + RuleFolder.steps.prefix(level)).joined(separator: "/") }

    private func arm(from level: Int) {
        for index in level..<numbers.count {
            let former = numbers[index]
            folders[index] = FileStamp(path(index))
            do throws(SocketFailure) {
                numbers[index] = try watch.watch(path(index))
                failure = nil
            } catch {
                numbers[index] = -1
                if folders[index] != nil { failure = error }
            }
            if former >= 0, !numbers.contains(former) { watch.unwatch(former) }
        }
    }

    private func glance(_ events: [FolderEvent]) -> Glance {
        var glance = Glance()
        for event in events {
            if event.kind == .overflow {
                arm(from: 0)
                glance.everything = true
            } else if let level = numbers.firstIndex(of: event.folder) {
                take(event, level, &glance)
            }
        }
        return glance
    }

    private func take(_ event: FolderEvent, _ level: Int, _ glance: inout Glance) {
        if event.kind == .folderGone {
            arm(from: level)
            glance.everything = true
            return
        }
        if level < RuleFolder.steps.count, event.name == RuleFolder.steps[level] {
            guard event.kind != .written else { return }
            arm(from: level + 1)
            glance.everything = true
            return
        }
        // The upper folders contain the project's other files.
        guard level >= 2 else { return }
        let path = "\(path(level))/\(event.name)"
        let source: RuleSource? =
            level == 3 ? RuleFolder.tenant(ofFile: event.name) : event.name == "roles.yaml" ? .roles : nil
        if let source {
            switch event.kind {
            case .gone:
                glance.sources.remove(source)
                glance.missing.insert(source)
            // A created file is still being written, unless it was created complete.
            case .created where !FileStamp.isWholeWhenMade(path): break
            default:
                glance.missing.remove(source)
                glance.sources.insert(source)
            }
        } else if event.kind == .created || event.kind == .movedIn, FileStamp.isLinkOrFolder(path) {
            // The files may be links through this name.
            arm(from: level + 1)
            glance.everything = true
        }
    }
}
