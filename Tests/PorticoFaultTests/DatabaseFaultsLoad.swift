import Foundation
import Synchronization

/// A client that asks the same again and again, on a thread of its own, since it blocks.
final class DatabaseFaultsLoad: Sendable {
    private struct State {
        var answers: [DatabaseFaultsAnswer] = []
        var failure: (any Error)?
        var mustEnd = false
        var hasEnded = false
    }

    private let state = Mutex(State())

    init(port: UInt16, token: String, query: String, consistency: String) {
        Thread.detachNewThread { [self] in
            do {
                while !state.withLock(\.mustEnd) {
                    let client = try DatabaseFaultsClient(port: port)
                    try client.send(query, token, consistency: consistency)
                    let answer = try client.answer()
                    state.withLock { $0.answers.append(answer) }
                }
            } catch {
                state.withLock { $0.failure = error }
            }
            state.withLock { $0.hasEnded = true }
        }
    }

    /// Every answer that it got.
    func end() async throws -> [DatabaseFaultsAnswer] {
        state.withLock { $0.mustEnd = true }
        while !state.withLock(\.hasEnded) { try await Task.sleep(for: .milliseconds(10)) }
        if let failure = state.withLock(\.failure) { throw failure }
        return state.withLock(\.answers)
    }
}
