import SocketLoop

/// The owner of bodies that are counted together.
package enum BodyOwner: Hashable, Sendable {
    /// Unauthenticated: all from one address.
    case stranger(PeerOrigin)
    /// All of one tenant, by its fairness key.
    case tenant(UInt64)

    fileprivate var isStranger: Bool { if case .stranger = self { true } else { false } }
}

/// The holder of an arriving body.
protocol BodyHolder: AnyObject {
    /// Drops the body for another one: refuses its request, and frees its memory within the call.
    func dropBody()
}

/// The memory of what arrives at one worker in pieces: bodies, and long heads and pipelined
/// requests, which count like bodies.
///
/// Guards against clients that begin requests and withhold their ends. A body that is complete when
/// first read is not counted: it does not wait for its sender. If the budget is full, it drops:
///
/// 1. strangers' bodies before those of known owners;
/// 2. among these, one of the largest owners, by powers of two: the one without progress for
///    longest;
/// 3. within one owner, only a stalled body is dropped for another; otherwise the newcomer is
///    refused, so that uploads in progress complete.
package final class BodyBudget {
    /// Milliseconds without a byte, after which a body may be dropped for one of the same owner.
    static let stall = 100

    /// Identifies one body.
    struct Place: Equatable {
        fileprivate let slot: Int
    }

    private struct Body {
        var holder: (any BodyHolder)?
        var account = -1
        var reservation: ByteReservation?
        /// When its last bytes arrived.
        var progressAt = 0
    }

    private struct Account {
        var owner: BodyOwner
        var bytes = 0
        var bodies = SlotList()
        /// Bodies, including complete ones.
        var count = 0
        /// The power of two of its bytes.
        var size = 0
    }

    package let budget: ByteBudget
    /// Bodies dropped for others so far.
    package private(set) var dropped = 0
    /// Called with the bytes that a body has freed.
    package var gaveBack: ((Int) -> Void)?
    private let now: () -> Int
    private var bodies: [Body] = []
    private var freeBodies: [Int] = []
    private var bodyLinks = SlotLinks()
    private var accounts: [Account] = []
    private var freeAccounts: [Int] = []
    private var accountOf: [BodyOwner: Int] = [:]
    private var accountLinks = SlotLinks()
    /// Accounts with arriving bodies, by size: strangers', and those of known owners.
    private var strangers = [SlotList](repeating: SlotList(), count: BodyBudget.sizes)
    private var known = [SlotList](repeating: SlotList(), count: BodyBudget.sizes)

    private static let sizes = Int.bitWidth

    /// - Parameter now: Milliseconds of the loop's clock.
    init(limit: Int, now: @escaping () -> Int) {
        budget = ByteBudget(limit: limit)
        self.now = now
    }

    // MARK: One body

    /// Bodies that take memory now.
    var count: Int { bodies.count - freeBodies.count }

    /// Starts counting a body.
    func open(_ owner: BodyOwner, _ holder: any BodyHolder) -> Place {
        let slot =
            freeBodies.popLast()
            ?? {
                bodies.append(Body())
                return bodies.count - 1
            }()
        let account = self.account(of: owner)
        bodies[slot] = Body(holder: holder, account: account, reservation: ByteReservation(budget), progressAt: now())
        unlist(account)
        accounts[account].count += 1
        bodyLinks.append(slot, to: &accounts[account].bodies)
        list(account)
        return Place(slot: slot)
    }

    /// Sets the bytes that the body needs in all.
    /// - Returns: false if they do not fit; the body is then to be refused.
    func resize(_ place: Place, to bytes: Int) -> Bool {
        guard let reservation = bodies[place.slot].reservation else { return false }
        let before = reservation.bytes, more = bytes - before
        if more > budget.left, more <= budget.limit { makeRoom(more, for: place.slot) }
        // Dropping one may have closed others, including this one.
        guard bodies[place.slot].reservation === reservation else { return false }
        if more > 0 {
            guard reservation.grow(by: more), bodies[place.slot].reservation === reservation else { return false }
            progressed(place)
        } else {
            reservation.shrink(to: bytes)
        }
        let account = bodies[place.slot].account
        unlist(account)
        accounts[account].bytes += reservation.bytes - before
        list(account)
        return true
    }

    /// Further bytes have arrived.
    func progressed(_ place: Place) {
        bodies[place.slot].progressAt = now()
        guard bodyLinks.contains(place.slot) else { return }
        let account = bodies[place.slot].account
        bodyLinks.remove(place.slot, from: &accounts[account].bodies)
        bodyLinks.append(place.slot, to: &accounts[account].bodies)
    }

    /// The body is complete and can no longer be dropped. Its memory counts until ``close(_:)``.
    func completed(_ place: Place) {
        let account = bodies[place.slot].account
        unlist(account)
        bodyLinks.remove(place.slot, from: &accounts[account].bodies)
        list(account)
    }

    /// The body's memory is freed.
    func close(_ place: Place) {
        let account = bodies[place.slot].account, bytes = bodies[place.slot].reservation?.bytes ?? 0
        unlist(account)
        bodyLinks.remove(place.slot, from: &accounts[account].bodies)
        accounts[account].bytes -= bytes
        accounts[account].count -= 1
        bodies[place.slot] = Body()
        freeBodies.append(place.slot)
        if accounts[account].count > 0 {
            list(account)
        } else {
            accountOf[accounts[account].owner] = nil
            freeAccounts.append(account)
        }
        if bytes > 0 { gaveBack?(bytes) }
    }

    // MARK: Who gives way

    private func makeRoom(_ bytes: Int, for slot: Int) {
        while budget.left < bytes, let victim = victim(for: slot), let holder = bodies[victim].holder {
            let before = budget.used
            dropped += 1
            holder.dropBody()
            // A holder that does not free its memory would be asked forever.
            if budget.used >= before { return }
        }
    }

    private func victim(for slot: Int) -> Int? {
        let own = bodies[slot].account, isStranger = accounts[own].owner.isStranger
        if let largest = Self.largest(strangers) {
            return isStranger ? victim(of: largest, for: slot, own) : accounts[largest].bodies.first
        }
        return isStranger ? nil : Self.largest(known).flatMap { victim(of: $0, for: slot, own) }
    }

    private func victim(of largest: Int, for slot: Int, _ own: Int) -> Int? {
        if accounts[own].size < accounts[largest].size { return accounts[largest].bodies.first }
        var first = accounts[own].bodies.first
        if first == slot { first = bodyLinks.next(first) }
        guard first >= 0, now() - bodies[first].progressAt >= Self.stall else { return nil }
        return first
    }

    private static func largest(_ accounts: [SlotList]) -> Int? {
        for list in accounts.reversed() where !list.isEmpty { return list.first }
        return nil
    }

    // MARK: Accounts

    private func account(of owner: BodyOwner) -> Int {
        if let known = accountOf[owner] { return known }
        let account =
            freeAccounts.popLast()
            ?? {
                accounts.append(Account(owner: owner))
                return accounts.count - 1
            }()
        accounts[account] = Account(owner: owner)
        accountOf[owner] = account
        return account
    }

    private func unlist(_ account: Int) {
        let size = accounts[account].size
        if accounts[account].owner.isStranger {
            accountLinks.remove(account, from: &strangers[size])
        } else {
            accountLinks.remove(account, from: &known[size])
        }
    }

    private func list(_ account: Int) {
        guard !accounts[account].bodies.isEmpty else { return }
        let size = Int.bitWidth - 1 - max(accounts[account].bytes, 1).leadingZeroBitCount
        accounts[account].size = size
        if accounts[account].owner.isStranger {
            accountLinks.append(account, to: &strangers[size])
        } else {
            accountLinks.append(account, to: &known[size])
        }
    }
}
