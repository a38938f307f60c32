import CSocketShim
import Glibc

/// The signals that a server handles.
public enum ProcessSignal: Sendable, Hashable, CaseIterable {
    case terminate, interrupt, hangup

    public var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangup: SIGHUP
        }
    }
}

/// Signals as events of a ``Reactor`` (signalfd), so that no code runs in a signal handler.
public final class SignalSource {
    private let reactor: Reactor
    private let descriptor: Int32
    private var registration: Registration?

    /// Blocks the signals, so that a source can read them. Call before any thread is started:
    /// threads and child processes inherit the mask.
    public static func block(_ signals: Set<ProcessSignal>) {
        var set = signalSet(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls the handler for every signal until ``cancel()``. Simultaneous ones may count as one.
    /// - Throws: ``SocketFailure`` when no descriptor is left.
    public init(
        _ signals: Set<ProcessSignal>, reactor: Reactor, handler: @escaping (ProcessSignal) -> Void
    ) throws(SocketFailure) {
        var set = Self.signalSet(signals)
        self.reactor = reactor
        descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC))
        guard descriptor >= 0 else { throw SocketFailure("cannot watch signals", errno: errno) }
        registration = try reactor.register(descriptor, .read) { [descriptor] _ in
            var info = signalfd_siginfo()
            while Glibc.read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size)
                == MemoryLayout<signalfd_siginfo>.size
            {
                if let signal = ProcessSignal.allCases.first(where: { $0.number == Int32(bitPattern: info.ssi_signo) })
                {
                    handler(signal)
                }
            }
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    public func cancel() {
        if let registration { reactor.deregister(registration) }
        registration = nil
    }

    private static func signalSet(_ signals: Set<ProcessSignal>) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.number) }
        return set
    }
}
