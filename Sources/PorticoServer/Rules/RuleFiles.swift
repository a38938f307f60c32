import ExactText
import PorticoAccess
import PorticoCatalog
import SocketLoop

/// Which files of the rules are known in which state, and which of them are to be looked at again:
/// turns what happened on the disk into edits.
///
/// It reads files when it is told to and knows no clock but the one it is given, in milliseconds
/// that never go back. What it reads is what has changed, never all that is there.
struct RuleFiles {
    enum Limits {
        /// Milliseconds for which a file has to be away before it counts as removed. Stands against
        /// tools that save by removing and writing anew, during which the tenant's rules would be
        /// wider than ever was meant.
        static let absence = 1_000
        /// Milliseconds for which a file has to stand still where nothing said that its writer has
        /// closed it. Stands against reading half a file.
        static let stillness = 250
        /// Milliseconds after which something that cannot be read is looked at again: that it may
        /// be read by now has no event of its own.
        static let retry = 2_000
    }

    /// What came of a look.
    struct Found {
        var edits = RuleEdits()
        /// What is there and is no file that can be read, or is missing and must not be: one
        /// sentence each.
        var faults: [(file: String, reason: String)] = []

        /// What came of a further look goes before what came of this one.
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
    /// Of the files as they were read last.
    private var stamps: [RuleSource: FileStamp] = [:]
    /// Of what was read then, hashed: a stamp alone may be the same behind another writing in the
    /// same moment.
    private var digests: [RuleSource: Int] = [:]
    /// Names that are links: what they lead to changes without an event.
    private var links: Set<RuleSource> = []
    /// When a file is to be looked at again. There are at most as many as files.
    private var later: [RuleSource: Int] = [:]
    /// What a file looked like that has to stand still first.
    private var unsettled: [RuleSource: FileStamp] = [:]
    private var absentSince: [RuleSource: Int] = [:]
    /// Since when something stands in a file's place that cannot be read.
    private var unreadableSince: [RuleSource: Int] = [:]
    /// Files whose absence does not count yet, because more than they is away.
    private var held: Set<RuleSource> = []
    /// When ``held`` is looked at again: once nothing has come back for a while.
    private var heldUntil: Int?
    /// The folder of tenants when it last had files in it.
    private var tenantFolder: FileStamp?
    /// What was said of a file, so that it is said once.
    private var said: [ExactString: String] = [:]
    /// Tenants of which it was said that their file cannot be read, and why.
    private var closed: [ExactString: String] = [:]
    /// Files that were read so far.
    private(set) var filesRead = 0

    init(project: String) { folder = RuleFolder(project: project) }

    /// Files, and the folder of tenants, that cannot be read as they are, or are away and must not
    /// be.
    var faultCount: Int { said.count }

    /// When something is to be looked at again, by ``lookAgain(now:clock:)``.
    var nextLook: Int? { [later.values.min(), heldUntil].compactMap(\.self).min() }

    // MARK: Looking

    /// Looks at files of which something said that they are whole, or gone.
    /// - Parameter clock: Milliseconds since 1970.
    mutating func look(at sources: Set<RuleSource>, now: Int, clock: Int) -> Found {
        var found = Found()
        for source in sources { look(at: source, isWhole: true, now, clock, &found) }
        return found
    }

    /// Notes that files are gone: they may be back in a moment.
    mutating func missing(_ sources: Set<RuleSource>, now: Int) {
        for source in sources {
            absentSince[source] = now
            later[source] = now + Limits.absence
        }
    }

    /// Looks at what has waited for long enough.
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

    /// Compares all files with what is known of them, and reads those that differ.
    /// - Parameters:
    ///   - known: The tenants whose files are known, in force or refused.
    ///   - always: Reads also those that look as they did.
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

    /// Compares the files behind links, and the roles: changes of those may have no event.
    mutating func lookBehindLinks(now: Int, clock: Int) -> Found {
        var found = Found()
        for source in links.union([.roles]) { compare(source, now, clock, &found) }
        return found
    }

    // MARK: One file

    /// Looks at a file if it is another than before.
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
            // An event and a look of the clock's may tell of the same writing.
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
        // With it the others may be on their way back.
        if !held.isEmpty { heldUntil = now + Limits.absence }
    }

    /// What stands there may be about to be exchanged, so that it has to stay for a moment; then
    /// its tenant is not served.
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
        // Others are coming back at this moment.
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

    /// An empty folder in place of one that had files is a volume that is not mounted, or a folder
    /// about to be filled.
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
