import SocketLoop
import Synchronization

/// The certificates in force, shared by all workers. When their files change, new connections use
/// the new ones; a session keeps those that it began with.
public final class CertificateStore: Sendable {
    public enum Reading: Sendable, Equatable {
        /// The files are unchanged.
        case unchanged
        case replaced(summary: String, warnings: [String])
        /// The former certificates stay in force.
        case refused(TLSFailure)
    }

    private let settings: TLSSettings
    private let context: Mutex<TLSContext>
    /// Of the files as last read, valid or not: an invalid file is read and reported once. Held
    /// while files are read; nothing else waits for it.
    private let stamps: Mutex<[FileStamp?]>

    /// - Throws: ``TLSFailure``: valid certificates are required.
    public init(_ settings: TLSSettings) throws(TLSFailure) {
        self.settings = settings
        stamps = Mutex(Self.stamps(of: settings))
        context = Mutex(try TLSContext(settings))
    }

    public var current: TLSContext { context.withLock { $0 } }

    /// Reloads changed files; blocks on disk access.
    /// - Parameter always: Even if they look unchanged.
    public func reload(always: Bool = false) -> Reading {
        stamps.withLock { stamps in
            let found = Self.stamps(of: settings)
            guard always || found != stamps else { return .unchanged }
            stamps = found
            do throws(TLSFailure) {
                let fresh = try TLSContext(settings)
                context.withLock { $0 = fresh }
                return .replaced(summary: fresh.summary, warnings: fresh.warnings)
            } catch {
                return .refused(error)
            }
        }
    }

    private static func stamps(of settings: TLSSettings) -> [FileStamp?] {
        [settings.certificate, settings.key, settings.clientCertificates?.authorities].map {
            $0.flatMap { FileStamp($0) }
        }
    }
}
