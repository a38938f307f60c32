import PorticoExecution

extension Gateway {
    /// Runs pure work for a request off the loop. Calls `then` if the request still wants the
    /// result; otherwise answers the request here.
    func offLoop<Value: Sendable>(
        _ handle: RequestHandle, _ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void
    ) {
        let request = handle.request
        let owner = OffloadQueue.Owner(
            lane: handle.fairnessKey, deadline: handle.deadline, isAdmitted: handle.isAdmitted
        ) { !handle.isOver }
        handle.sideWork = offloading.run(bytes: max(request.bytes, request.query.count), for: owner, work) {
            [self] outcome in
            handle.sideWork = nil
            guard !handle.isOver else { return }
            switch outcome {
            case .done(let value):
                handle.isAdmitted = true
                if reactor.now >= handle.deadline { return refuse(.timeout(handle.rules.limits), handle) }
                then(value)
            case .expired: refuse(.timeout(handle.rules.limits), handle)
            case .full: refuse(.busy, handle)
            case .dropped: refuse(.inside, handle)
            }
        }
    }
}

extension RequestHandle: BackgroundWork {
    public func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void) {
        gateway?.besideLoop(self, work, then: then)
    }
}

extension Gateway {
    /// Runs an execution's work that is too much for the loop, after its rows have arrived. If the
    /// work is not done, the request is answered here and its execution abandoned.
    func besideLoop<Value: Sendable>(
        _ handle: RequestHandle, _ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void
    ) {
        statistics.besideLoop += 1
        let owner = OffloadQueue.Owner(lane: handle.fairnessKey, deadline: handle.deadline) { !handle.isOver }
        handle.sideWork = answering.run(bytes: 0, for: owner, work) { [self] outcome in
            handle.sideWork = nil
            guard !handle.isOver else { return }
            switch outcome {
            case .done(let value):
                if reactor.now >= handle.deadline { return giveUp(.timeout(handle.rules.limits), handle) }
                then(value)
            case .expired: giveUp(.timeout(handle.rules.limits), handle)
            case .full: giveUp(.busy, handle)
            case .dropped: giveUp(.inside, handle)
            }
        }
    }

    private func giveUp(_ errors: ClientErrors, _ handle: RequestHandle) {
        handle.execution?.abandon()
        handle.session?.cancel()
        nullData(errors, handle)
    }
}

extension OffloadQueue {
    /// The client's message for ``Outcome/full``.
    public static let busyMessage =
        "Too many large requests are being read at the moment. Try again shortly, or send less in one request."
}
