import TestAllocations
import TestWorkloads
import Testing

/// What a warm request takes from the heap on the loop's thread, in blocks. The numbers are those
/// of a debug build, as the suite is: a release takes fewer. They say nothing about speed by
/// themselves; each is here so that a change that adds an object to every request, row or field
/// shows. A tenth is left for answers that come in more pieces on a crowded machine.
@Suite(.enabled(if: portico_allocations_are_counted(), "something else stands in malloc's place here"))
struct AllocationTests {
    private final class Instance {
        var value = 1
    }

    @inline(never) private static func make() -> Instance { Instance() }

    @Test func whatSwiftTakesIsCounted() {
        portico_allocations_begin()
        let instance = Self.make()
        let one = portico_allocations_end()
        portico_allocations_begin()
        let array = [UInt8](repeating: 1, count: 10_000 + instance.value)
        let another = portico_allocations_end()
        let nothing = portico_allocations_end()
        #expect(one.own == 1 && one.libpq == 0)
        #expect(another.own == 1 && array.count == 10_001)
        #expect(nothing.own == 1, "counting had ended")
    }

    /// A large answer takes a reservation in the worker's budget, and while connections are busy a
    /// timer looks after what they run: a few blocks, whatever the rows. A batch takes a block more
    /// since its keys may have several columns.
    @Test(arguments: [
        (Workload.point, Allocations(own: 90, libpq: 6)), (.nested, Allocations(own: 345, libpq: 80)),
        (.inbox, Allocations(own: 345, libpq: 32)),
        (.export, Allocations(own: 530, libpq: 195)),
    ]) func ofAWarmRequest(_ workload: Workload, most: Allocations) async throws {
        let subject = try await CostSubject(connections: 1, workloads: [workload])
        let counts = try await subject.allocations(workload.document)
        #expect(counts.own <= most.own)
        #expect(counts.libpq <= most.libpq)
        await subject.gateway.stop()
    }

    /// Ten times the rows, some five hundred more with thousands of values: buffers grow a few
    /// times more, rows come in a dozen more pieces, each a turn of the loop, and no row and no
    /// field has an object of its own.
    @Test func doNotFollowTheRows() async throws {
        let subject = try await CostSubject(connections: 1, workloads: [.point])
        var counts: [Allocations] = []
        var loads = 0
        for tickets in [10, 100] {
            let document =
                "query Rows($tenant: ID!) { tickets(where: {tenantId: {eq: $tenant}}, first: \(tickets)) { id subject priority status createdAt site { domain } creator { name } "
                + "messages(first: 5) { id body internal createdAt author { id name } } } }"
            let answer = try await subject.ask(document)
            #expect(answer.observation.rows >= 6 * tickets)
            loads = answer.observation.loads
            counts.append(try await subject.allocations(document))
        }
        #expect(counts[1].own - counts[0].own <= 7 * loads, "\(counts) for \(loads) loads")
        await subject.gateway.stop()
    }
}
