import SocketLoop
import TestIdentity
import Testing
@testable import PorticoHTTP

/// Who gives way when the bodies that arrive fill their budget.
struct BodyBudgetTests {
    /// A body that gives its memory back when it is told to.
    private final class Holder: BodyHolder {
        let name: String
        var place: BodyBudget.Place?
        unowned let desk: Desk

        init(_ name: String, _ desk: Desk) {
            self.name = name
            self.desk = desk
        }

        func dropBody() {
            desk.dropped.append(name)
            if let place = place.take() { desk.bodies.close(place) }
        }
    }

    private final class Desk {
        var now = 0
        var dropped: [String] = []
        var gaveBack: [Int] = []
        private(set) var bodies: BodyBudget!

        init(_ limit: Int = 100) {
            bodies = BodyBudget(limit: limit, now: { [unowned self] in now })
            bodies.gaveBack = { [unowned self] in gaveBack.append($0) }
        }

        func begin(_ name: String, _ owner: BodyOwner, _ bytes: Int) -> (holder: Holder, fits: Bool) {
            let holder = Holder(name, self), place = bodies.open(owner, holder)
            holder.place = place
            let fits = bodies.resize(place, to: bytes)
            if !fits, let place = holder.place.take() { bodies.close(place) }
            return (holder, fits)
        }
    }

    private let here = BodyOwner.stranger(.v4(1)), there = BodyOwner.stranger(.v4(2))
    private let tenant = BodyOwner.tenant(1), other = BodyOwner.tenant(2)

    @Test func whatFitsDisturbsNobody() {
        let desk = Desk()
        let one = desk.begin("one", here, 60), two = desk.begin("two", tenant, 40)
        #expect(one.fits && two.fits && desk.dropped.isEmpty)
        #expect(desk.bodies.budget.used == 100 && desk.bodies.count == 2)
        for holder in [one.holder, two.holder] { if let place = holder.place { desk.bodies.close(place) } }
        #expect(desk.bodies.budget.used == 0 && desk.bodies.count == 0 && desk.gaveBack == [60, 40])
    }

    @Test func strangersGiveWayToThoseWhoAreKnown() {
        let desk = Desk()
        _ = desk.begin("stranger", here, 40)
        _ = desk.begin("large tenant", tenant, 60)
        #expect(desk.begin("known", other, 30).fits)
        #expect(desk.dropped == ["stranger"])
    }

    @Test func nobodyWhoIsKnownGivesWayToAStranger() {
        let desk = Desk()
        _ = desk.begin("known", tenant, 100)
        desk.now += 60_000
        #expect(!desk.begin("stranger", here, 1).fits)
        #expect(desk.dropped.isEmpty && desk.bodies.budget.refusals == 1)
    }

    @Test func whoHoldsTheMostGivesWayFirst() {
        let desk = Desk()
        for number in 0..<8 { _ = desk.begin("much \(number)", here, 10) }
        _ = desk.begin("little", there, 20)
        #expect(desk.begin("more", there, 10).fits)
        #expect(desk.dropped == ["much 0"])
    }

    /// The one that made no progress for longest.
    @Test func whatHasStalledGivesWay() {
        let desk = Desk()
        let first = desk.begin("first", here, 40)
        _ = desk.begin("second", here, 40)
        desk.now += 50
        if let place = first.holder.place { desk.bodies.progressed(place) }
        desk.now += BodyBudget.stall
        #expect(desk.begin("tenant", tenant, 40).fits)
        #expect(desk.dropped == ["second"])
    }

    /// Uploads of one owner that make progress come to their end, however many others begin.
    @Test func withinOneOwnerOnlyWhatHasStalledGivesWay() {
        let desk = Desk()
        _ = desk.begin("first", tenant, 60)
        _ = desk.begin("second", tenant, 40)
        #expect(!desk.begin("third", tenant, 10).fits)
        #expect(desk.dropped.isEmpty)
        desk.now += BodyBudget.stall
        #expect(desk.begin("fourth", tenant, 10).fits)
        #expect(desk.dropped == ["first"])
    }

    @Test func aBodyThatIsWholeGivesWayToNobody() {
        let desk = Desk()
        let whole = desk.begin("whole", here, 60)
        if let place = whole.holder.place { desk.bodies.completed(place) }
        desk.now += 60_000
        #expect(!desk.begin("new", tenant, 50).fits)
        #expect(desk.dropped.isEmpty && desk.bodies.budget.used == 60)
        if let place = whole.holder.place { desk.bodies.close(place) }
        #expect(desk.begin("newer", tenant, 100).fits)
    }

    @Test func whatCanNeverFitDisturbsNobody() {
        let desk = Desk()
        _ = desk.begin("one", here, 50)
        desk.now += 60_000
        #expect(!desk.begin("endless", tenant, 101).fits)
        #expect(desk.dropped.isEmpty)
    }

    /// Thousands of withheld bodies of many addresses: the books balance whatever happens, and the
    /// limit holds.
    @Test func theLimitHoldsUnderAFlood() {
        let desk = Desk(10_000)
        var holders: [Holder] = []
        for number in 0..<5_000 {
            let owner: BodyOwner = number % 3 == 0 ? .tenant(UInt64(number % 7)) : .stranger(.v4(UInt32(number % 500)))
            desk.now += number % 4
            let begun = desk.begin("\(number)", owner, 10 + number % 90)
            if begun.fits { holders.append(begun.holder) }
            if number % 5 == 0, let holder = holders.last, let place = holder.place {
                _ = desk.bodies.resize(place, to: 200)
            }
            #expect(desk.bodies.budget.used <= 10_000)
        }
        #expect(desk.dropped.count > 1_000)
        for holder in holders { if let place = holder.place.take() { desk.bodies.close(place) } }
        #expect(desk.bodies.budget.used == 0 && desk.bodies.count == 0)
    }
}
