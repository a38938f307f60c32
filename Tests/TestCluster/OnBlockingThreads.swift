import Testing

/// Runs a suite's tests on threads of their own, where they may block.
public struct OnBlockingThreads: SuiteTrait, TestTrait, TestScoping {
    public let isRecursive = true

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(BlockingThreads.executor) { try await function() }
    }
}

extension Trait where Self == OnBlockingThreads {
    public static var onBlockingThreads: OnBlockingThreads { OnBlockingThreads() }
}
