import SocketLoop
import Testing

@Suite struct ByteBudgetTests {
    @Test("Bytes that do not fit are refused, and nothing is taken for them")
    func refusesWhatDoesNotFit() {
        let budget = ByteBudget(limit: 100)
        let first = ByteReservation(budget), second = ByteReservation(budget)
        #expect(first.grow(by: 60))
        #expect(!second.grow(by: 41))
        #expect(second.bytes == 0)
        #expect(second.grow(by: 40))
        #expect(budget.used == 100)
        #expect(budget.left == 0)
        #expect(budget.refusals == 1)
    }

    @Test("A reservation gives its bytes back when it shrinks and when it ends")
    func givesBack() {
        let budget = ByteBudget(limit: 100)
        do {
            let reservation = ByteReservation(budget)
            #expect(reservation.grow(by: 80))
            reservation.shrink(to: 30)
            #expect(budget.used == 30)
            reservation.shrink(to: 50)
            #expect(reservation.bytes == 30)
        }
        #expect(budget.used == 0)
        #expect(budget.peak == 80)
    }

    @Test("Where bytes do not fit, others are asked to give some back first")
    func makesRoom() {
        let budget = ByteBudget(limit: 100)
        let mine = ByteReservation(budget)
        var other: ByteReservation? = ByteReservation(budget), asked: [Int] = []
        budget.makeRoom = { bytes, _ in
            asked.append(bytes)
            other = nil
        }
        #expect(other?.grow(by: 80) == true)
        #expect(mine.grow(by: 30))
        #expect(asked == [10] && budget.used == 30 && budget.refusals == 0)
        // What can never fit disturbs nobody.
        #expect(!mine.grow(by: 101))
        #expect(asked == [10] && budget.refusals == 1)
    }

    /// The shares of others are not touched for an owner whose own is full.
    @Test func anOwnerWhoseShareIsFullIsAskedForRoom() {
        let budget = ByteBudget(limit: 100)
        let waiting = ByteReservation(budget, owner: 1), another = ByteReservation(budget, owner: 2)
        #expect(waiting.grow(by: 40) && another.grow(by: 10))
        var asked: [(bytes: Int, owner: UInt64?)] = []
        budget.makeRoom = { bytes, owner in
            asked.append((bytes, owner))
            waiting.shrink(to: 0)
        }
        let next = ByteReservation(budget, owner: 1)
        #expect(next.grow(by: 15))
        #expect(asked.count == 1 && asked[0].bytes == 10 && asked[0].owner == 1)
        #expect(!next.grow(by: 1_000), "more than all of it helps nobody")
        #expect(asked.count == 1 && another.bytes == 10)
    }
}
