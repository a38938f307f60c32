import SocketLoop

/// Finds the addresses of host names on threads of their own, and tells them on the loop. One per
/// pool.
///
/// A name that is being looked up is not looked up twice at the same time. Nothing is kept: each
/// attempt to connect asks anew, as libpq would.
final class HostResolver {
    typealias Answer = Result<[String], HostLookup.Failure>

    struct Limits {
        /// Names that are looked up at the same time, those included for which nobody waits any
        /// more: a look-up cannot be called off. Stands against a thread for every attempt while
        /// the name server does not answer.
        var lookups = 4
        /// Milliseconds that a look-up is waited for.
        var patience = 4_000
    }

    /// Some names for one attempt to connect.
    private final class Search {
        var missing: Set<String>
        var found: [String: Answer] = [:]
        var then: (([String: Answer]) -> Void)?
        var timer: TimerToken?

        init(_ names: [String], then: @escaping ([String: Answer]) -> Void) {
            missing = Set(names)
            self.then = then
        }
    }

    private typealias Finding = (host: String, answer: Answer)

    private let reactor: Reactor
    private let lookup: HostLookup
    private let limits: Limits
    /// Made with the first search: most pools have no name to look up.
    private var mailbox: (box: Mailbox<Finding>, registration: Registration)?
    /// By name; a name is here as long as it is being looked up or waits for that.
    private var searches: [String: [Search]] = [:]
    private var queue = Ring<String>()
    /// Threads that have not come back.
    private(set) var running = 0

    init(reactor: Reactor, lookup: HostLookup, limits: Limits) {
        self.reactor = reactor
        self.lookup = lookup
        self.limits = limits
    }

    deinit {
        if let mailbox { reactor.deregister(mailbox.registration) }
        for search in searches.values.joined() { if let timer = search.timer { reactor.cancel(timer) } }
    }

    /// Calls back once with an answer for each name, each of which is given once, never within the
    /// call, and at the latest when the patience ends.
    func find(_ names: [String], then: @escaping ([String: Answer]) -> Void) {
        let search = Search(names, then: then)
        guard let mailbox = openMailbox() else {
            for name in names { search.found[name] = .failure(.init("no descriptor is left for the look-up")) }
            return reactor.atEndOfTurn { then(search.found) }
        }
        search.timer = reactor.after(milliseconds: limits.patience) { [unowned self] in giveUp(search) }
        for name in names {
            if searches[name]?.append(search) == nil {
                searches[name] = [search]
                queue.append(name)
            }
        }
        startNext(mailbox)
    }

    private func openMailbox() -> Mailbox<Finding>? {
        if let mailbox { return mailbox.box }
        guard let box = Mailbox<Finding>(),
            let registration = try? box.receive(on: reactor, { [unowned self] in found($0) })
        else { return nil }
        mailbox = (box, registration)
        return box
    }

    private func startNext(_ mailbox: Mailbox<Finding>) {
        while running < limits.lookups, let name = queue.popFirst() {
            // Whoever asked for it may have given up.
            guard searches[name]?.isEmpty == false else {
                searches[name] = nil
                continue
            }
            running += 1
            let started = LoopThread.detach(name: "portico-lookup") { [lookup] in
                mailbox.put((name, lookup.addresses(name)))
            }
            if !started { mailbox.put((name, .failure(.init("no thread is left for the look-up")))) }
        }
    }

    private func found(_ finding: Finding) {
        running -= 1
        for search in searches.removeValue(forKey: finding.host) ?? [] {
            search.found[finding.host] = finding.answer
            search.missing.remove(finding.host)
            if search.missing.isEmpty { end(search) }
        }
        if let mailbox { startNext(mailbox.box) }
    }

    private func giveUp(_ search: Search) {
        search.timer = nil
        for name in search.missing {
            search.found[name] = .failure(.init("no answer within \(limits.patience) ms"))
            searches[name]?.removeAll { $0 === search }
        }
        end(search)
    }

    private func end(_ search: Search) {
        if let timer = search.timer.take() { reactor.cancel(timer) }
        search.then.take()?(search.found)
    }
}
