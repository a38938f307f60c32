import ExactText
import HTTPWire
import PorticoGateway
import SocketLoop
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// Made-up tokens by the thousand, and a good one among them: counted in turns, not timed.
@Suite struct TokenFloodTests {
    /// An authenticator whose signatures are verified when the test says so, one by one.
    private final class Gate {
        let desk: Desk
        let authenticator: Authenticator
        let checks: OffloadQueue
        private var work: [(run: @Sendable () async -> Void, then: () -> Void)] = []

        init(waiting: Int = 1_000) async throws {
            desk = try Desk()
            let box = Box()
            checks = OffloadQueue(reactor: Reactor(), limits: .init(running: 1, waiting: waiting, bytes: .max)) {
                work, then in box.gate?.work.append((work, then))
            }
            authenticator = Authenticator(
                keys: KeyStore(try KeySet([try await key()])), authentication: AuthenticationConfiguration(),
                resolver: desk.resolver, checks: checks)
            box.gate = self
        }

        private final class Box { weak var gate: Gate? }

        /// Lets one signature be verified.
        func turn() async {
            guard !work.isEmpty else { return }
            let (run, then) = work.removeFirst()
            await run()
            then()
        }

        func ask(_ token: String, from peer: Peer?, then: @escaping (Authenticator.Answer) -> Void) throws {
            let parser = RequestParser()
            Array("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8).withUnsafeBytes {
                parser.append($0)
            }
            guard case .request(let request) = parser.next() else { throw HTTPFailure(status: 0, "no request") }
            authenticator.authenticate(request, peer: { peer }, then: then)
        }
    }

    private static func address(_ last: UInt8) -> Peer { .address(IPAddress(bytes: [10, 0, 0, last])) }

    private static func good(_ user: String) -> String {
        Tokens.hmac(payload: Tokens.payload(sub: user, exp: WallClock.seconds() + 60))
    }

    private static func bad(_ number: Int, _ user: String? = nil) -> String {
        Tokens.hmac(
            payload: Tokens.payload(
                "\"jti\":\"\(number)\"", sub: user ?? "nobody-\(number)", exp: WallClock.seconds() + 60),
            secret: "a wrong secret that is long enough")
    }

    /// Turns until the answer comes.
    private func turns(_ gate: Gate, until isAnswered: () -> Bool) async -> Int {
        var turns = 0
        while !isAnswered(), turns < 2_000 {
            await gate.turn()
            turns += 1
        }
        return turns
    }

    @Test func aFloodFromElsewhereCostsATurn() async throws {
        let gate = try await Gate()
        for number in 0..<900 { try gate.ask(Self.bad(number), from: Self.address(1)) { _ in } }
        var answer: Authenticator.Answer?
        try gate.ask(Self.good("client"), from: Self.address(2)) { answer = $0 }
        #expect(await turns(gate) { answer != nil } <= 3)
        #expect((try? answer?.get().viewer.id) == "client")
    }

    /// Behind a proxy all have one address: a client that has shown a good token before is apart
    /// from made-up ones.
    @Test func aKnownUserIsNotHeldUpByItsNeighbours() async throws {
        let gate = try await Gate()
        var first: Authenticator.Answer?
        try gate.ask(
            Tokens.hmac(payload: Tokens.payload("\"jti\":\"1\"", sub: "client", exp: WallClock.seconds() + 60)),
            from: Self.address(1)
        ) { first = $0 }
        _ = await turns(gate) { first != nil }
        for number in 0..<900 { try gate.ask(Self.bad(number), from: Self.address(1)) { _ in } }
        var answer: Authenticator.Answer?
        try gate.ask(Self.good("client"), from: Self.address(1)) { answer = $0 }
        #expect(await turns(gate) { answer != nil } <= 3)
        #expect((try? answer?.get()) != nil)
    }

    /// Where there is no more room, those who have most of it give way.
    @Test func whoHasNothingWaitingFindsRoom() async throws {
        let gate = try await Gate(waiting: 50)
        var refused = 0
        for number in 0..<200 {
            try gate.ask(Self.bad(number), from: Self.address(1)) {
                if case .failure(.tooManyTokens) = $0 { refused += 1 }
            }
        }
        #expect(refused == 200 - 51 && gate.checks.waiting == 50)
        var answer: Authenticator.Answer?
        try gate.ask(Self.good("client"), from: Self.address(2)) { answer = $0 }
        #expect(refused == 200 - 50 && gate.checks.waiting == 50 && answer == nil)
        #expect(await turns(gate) { answer != nil } <= 3)
        #expect((try? answer?.get()) != nil)
    }

    /// One network of IPv6 is one.
    @Test func lanesAreOfNetworks() {
        var lanes = TokenLanes()
        func peer(_ last: UInt8, network: UInt8 = 1) -> Peer {
            .address(IPAddress(bytes: [0x20, 1, 0xD, 0xB8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, last]))
        }
        #expect(lanes.lane(peer: peer(1), subject: "a") == lanes.lane(peer: peer(2), subject: "b"))
        #expect(lanes.lane(peer: peer(1), subject: "a") != lanes.lane(peer: peer(1, network: 2), subject: "a"))
        lanes.verified(peer: peer(1), subject: "caf\u{E9}")
        #expect(lanes.lane(peer: peer(1), subject: "caf\u{E9}") != lanes.lane(peer: peer(1), subject: "cafe\u{301}"))
        #expect(
            lanes.lane(peer: peer(1, network: 2), subject: "caf\u{E9}")
                == lanes.lane(peer: peer(1, network: 2), subject: "b"), "known from its own address alone")
    }
}
