import Foundation
import Testing

/// What goes wrong with PostgreSQL, against a real one, behind the built program: one after the
/// other, since each takes a machine's attention.
@Suite(.serialized, .timeLimit(.minutes(3)), .ownThreads) enum DatabaseFaults {}

/// Runs tests on threads of their own: their clients, commands and sessions block, and must not
/// hold the few threads that all tests share.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    private final class Executor: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    private static let executor = Executor()

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(Self.executor) { try await function() }
    }
}

extension Trait where Self == OwnThreads {
    static var ownThreads: OwnThreads { OwnThreads() }
}
