import SocketLoop

/// Resolves host names on threads of their own, and reports on the loop. One per pool.
///
/// Concurrent look-ups of one name are shared. Nothing is cached, as in libpq.
final class HostResolver {
    typealias Answer = Result<[String], HostLookup.Failure>

    struct Limits {
        /// Concurrent look-ups, including abandoned ones, which cannot be cancelled. Guards against
        /// a thread for every attempt while the name server does not respond.
        var lookups = 4
        /// Milliseconds to wait for a look-up.
        var patience = 4_000
    }

    /// The names of one attempt to connect.
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
    /// Created with the first search: most pools have no name to resolve.
    private var mailbox: (box: Mailbox<Finding>, registration: Registration)?
    /// By name, while it is being resolved or waits for that.
    private var searches: [String: [Search]] = [:]
    private var queue = Ring<String>()
    /// Threads that have not returned.
    private(set) var running = 0

    init(reactor: Reactor, lookup: HostLookup, limits: Limits) {
        (self.reactor, self.lookup, self.limits) = (reactor, lookup, limits)
    }

    deinit {
        if let mailbox { reactor.deregister(mailbox.registration) }
        for search in searches.values.joined() { if let timer = search.timer { reactor.cancel(timer) } }
    }

    /// Calls back once with the result for each of the distinct names, never within the call, and
    /// no later than when the patience ends.
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
            // Its callers may have given up.
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
