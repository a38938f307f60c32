import ExactText
import PorticoAccess
import PorticoCatalog
import SocketLoop

/// Tracks the known state of the files of the rules, and turns changes on disk into edits.
///
/// It reads files only when called, and gets the time, in monotonic milliseconds, from its caller.
/// It reads only changed files.
struct RuleFiles {
    enum Limits {
        /// Milliseconds that a file must be missing before it counts as removed. Guards against
        /// tools that save by removing and rewriting, which would briefly widen the tenant's rules.
        static let absence = 1_000
        /// Milliseconds that a file must stay unchanged if no event reported that it was closed.
        /// Guards against reading an incomplete file.
        static let stillness = 250
        /// Milliseconds before an unreadable file is checked again: becoming readable has no event.
        static let retry = 2_000
    }

    /// The result of a check.
    struct Found {
        var edits = RuleEdits()
        /// Unreadable files, and missing files that are required: one sentence each.
        var faults: [(file: String, reason: String)] = []

        /// Merges a later result, which takes precedence.
        mutating func add(_ other: Found) {
            edits.roles = other.edits.roles ?? edits.roles
            edits.tenants.merge(other.edits.tenants) { $1 }
            edits.unreadable.merge(other.edits.unreadable) { $1 }
            for tenant in other.edits.tenants.keys { edits.unreadable[tenant] = nil }
            for tenant in other.edits.unreadable.keys { edits.tenants[tenant] = nil }
            faults += other.faults
        }
    }

    let folder: RuleFolder
    /// Of the files as last read.
    private var stamps: [RuleSource: FileStamp] = [:]
    /// Hashes of what was read: two writes within the clock's resolution may have the same stamp.
    private var digests: [RuleSource: Int] = [:]
    /// Names that are links, whose targets change without an event.
    private var links: Set<RuleSource> = []
    /// When a file is to be checked again. At most one entry per file.
    private var later: [RuleSource: Int] = [:]
    /// The last stamp of a file that must stay unchanged first.
    private var unsettled: [RuleSource: FileStamp] = [:]
    private var absentSince: [RuleSource: Int] = [:]
    /// Since when a file has been unreadable.
    private var unreadableSince: [RuleSource: Int] = [:]
    /// Files whose absence does not count yet, because their folder is missing too.
    private var held: Set<RuleSource> = []
    /// When ``held`` is checked again: once nothing has come back for a while.
    private var heldUntil: Int?
    /// The stamp of the tenants' folder when it last contained files.
    private var tenantFolder: FileStamp?
    /// The last report about each file, to avoid repetition.
    private var said: [ExactString: String] = [:]
    /// Tenants whose files were reported as unreadable, and why.
    private var closed: [ExactString: String] = [:]
    private(set) var filesRead = 0

    init(project: String) { folder = RuleFolder(project: project) }

    /// Number of files (and the tenants' folder) that are unreadable, or required and missing.
    var faultCount: Int { said.count }

    /// When ``lookAgain(now:clock:)`` is next due.
    var nextLook: Int? { [later.values.min(), heldUntil].compactMap(\.self).min() }

    // MARK: Looking

    /// Checks files that an event reported as complete, or removed.
    /// - Parameter clock: Milliseconds since 1970.
    mutating func look(at sources: Set<RuleSource>, now: Int, clock: Int) -> Found {
        var found = Found()
        for source in sources { look(at: source, isWhole: true, now, clock, &found) }
        return found
    }

    /// Notes that files are missing: they may come back in a moment.
    mutating func missing(_ sources: Set<RuleSource>, now: Int) {
        for source in sources {
            absentSince[source] = now
            later[source] = now + Limits.absence
        }
    }

    /// Checks files whose waiting time is over.
    mutating func lookAgain(now: Int, clock: Int) -> Found {
        var found = Found()
        if let time = heldUntil, time <= now {
            heldUntil = nil
            let waiting = held
            held = []
            for source in waiting { look(at: source, isWhole: false, now, clock, &found) }
        }
        for (source, time) in later where time <= now {
            later[source] = nil
            look(at: source, isWhole: false, now, clock, &found)
        }
        return found
    }

    /// Compares all files with their known state, and reads those that differ.
    /// - Parameters:
    ///   - known: The tenants whose files are known, in force or refused.
    ///   - always: Reads files that look unchanged, too.
    mutating func lookAtAll(known: Set<ExactString>, always: Bool = false, now: Int, clock: Int) -> Found {
        var found = Found()
        if always { stamps = [:] }
        links = []
        compare(.roles, now, clock, &found)
        var present: Set<ExactString> = []
        switch folder.tenants() {
        case .gone: break
        case .unreadable(let reason): return saying(RuleSource.tenantFolder, reason, found)
        case .tenants(let tenants, let stamp):
            present = Set(tenants)
            if !isAway(tenants.isEmpty, stamp, hadFiles: !known.isEmpty) { tenantFolder = stamp }
            for tenant in tenants { compare(.tenant(tenant), now, clock, &found) }
        }
        for tenant in known.subtracting(present) { look(at: .tenant(tenant), isWhole: false, now, clock, &found) }
        if !present.isEmpty { said[RuleSource.tenantFolder] = nil }
        return found
    }

    /// Compares the files behind links, and the roles, which may change without an event.
    mutating func lookBehindLinks(now: Int, clock: Int) -> Found {
        var found = Found()
        for source in links.union([.roles]) { compare(source, now, clock, &found) }
        return found
    }

    // MARK: One file

    /// Reads a file if it has changed.
    private mutating func compare(_ source: RuleSource, _ now: Int, _ clock: Int, _ found: inout Found) {
        if FileStamp.isLinkOrFolder(folder.path(source)) { links.insert(source) }
        if let stamp = folder.stamp(source), stamp == stamps[source] { return }
        look(at: source, isWhole: false, now, clock, &found)
    }

    private mutating func look(at source: RuleSource, isWhole: Bool, _ now: Int, _ clock: Int, _ found: inout Found) {
        if !isWhole, let stamp = folder.stamp(source), stamp.isPlainFile,
            abs(clock - stamp.modified) < Limits.stillness, unsettled[source] != stamp
        {
            unsettled[source] = stamp
            later[source] = now + Limits.stillness
            return
        }
        unsettled[source] = nil
        switch folder.read(source) {
        case .text(let text, let stamp):
            filesRead += 1
            came(source, now)
            let digest = text.source.bytes.hashValue
            // An event and a periodic check may report the same write.
            let isKnown = stamps[source] == stamp && digests[source] == digest
            (stamps[source], digests[source]) = (stamp, digest)
            if isKnown { return }
            if case .tenant(let tenant) = source {
                found.edits.tenants[tenant] = .some(text)
            } else {
                found.edits.roles = text
            }
        case .beingWritten: later[source] = now + Limits.stillness
        case .unreadable(let reason): couldNotRead(source, reason, now, &found)
        case .gone: missed(source, now, &found)
        }
    }

    private mutating func came(_ source: RuleSource, _ now: Int) {
        unreadableSince[source] = nil
        if let tenant = source.tenant { closed[tenant] = nil }
        later[source] = nil
        absentSince[source] = nil
        held.remove(source)
        said[source.path] = nil
        if source.tenant != nil { said[RuleSource.tenantFolder] = nil }
        // The others may be about to return too.
        if !held.isEmpty { heldUntil = now + Limits.absence }
    }

    /// The file may be about to be replaced: its tenant is closed only after a moment.
    private mutating func couldNotRead(_ source: RuleSource, _ reason: String, _ now: Int, _ found: inout Found) {
        stamps[source] = nil
        absentSince[source] = nil
        let since = unreadableSince[source] ?? now
        unreadableSince[source] = since
        guard now - since >= Limits.absence else {
            later[source] = since + Limits.absence
            return
        }
        later[source] = now + Limits.retry
        if case .tenant(let tenant) = source {
            let file = UnreadableFile(name: source.path, reason: reason)
            if closed.updateValue(reason, forKey: tenant) != reason { found.edits.unreadable[tenant] = file }
        } else {
            found = saying(source.path, "It cannot be read: \(reason).", found)
        }
    }

    private mutating func missed(_ source: RuleSource, _ now: Int, _ found: inout Found) {
        stamps[source] = nil
        unreadableSince[source] = nil
        links.remove(source)
        let since = absentSince[source] ?? now
        absentSince[source] = since
        guard now - since >= Limits.absence else {
            later[source] = since + Limits.absence
            return
        }
        later[source] = nil
        // Others are returning at this moment.
        if held.contains(source), let heldUntil, now < heldUntil { return }
        guard case .tenant(let tenant) = source else {
            found = saying(source.path, "There is no such file any more.", found)
            return
        }
        if folder.stamp(.roles) == nil {
            held.insert(source)
        } else if case let listing = folder.tenants(), isAway(listing) {
            held.insert(source)
            found = saying(
                RuleSource.tenantFolder,
                "The folder is away, or another is in its place that is empty: nobody's rules count as removed by it.",
                found)
        } else {
            absentSince[source] = nil
            said[source.path] = nil
            closed[tenant] = nil
            found.edits.tenants[tenant] = .some(nil)
        }
    }

    // MARK: The folder of tenants

    private func isAway(_ listing: RuleFolder.Listing) -> Bool {
        switch listing {
        case .gone, .unreadable: true
        case .tenants(let tenants, let stamp): isAway(tenants.isEmpty, stamp, hadFiles: true)
        }
    }

    /// An empty folder in place of one with files is an unmounted volume, or about to be filled.
    private func isAway(_ isEmpty: Bool, _ stamp: FileStamp, hadFiles: Bool) -> Bool {
        isEmpty && hadFiles && tenantFolder.map { !$0.isSameFile(as: stamp) } ?? false
    }

    private mutating func saying(_ file: String, _ reason: String, _ found: Found) -> Found {
        guard said.updateValue(reason, forKey: ExactString(file)) != reason else { return found }
        var found = found
        found.faults.append((file, reason))
        return found
    }
}
