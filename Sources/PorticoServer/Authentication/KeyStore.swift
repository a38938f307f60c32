import PlainFiles
import Synchronization

/// The set of keys in force, shared by all workers; a refreshed set replaces it as a whole.
final class KeyStore: Sendable {
    let published: Published<KeySet>
    private let complete: Atomic<Bool>

    /// - Parameter isComplete: Whether those of a JWKS are among them; without, nobody knows yet
    ///   which keys there are.
    init(_ keys: KeySet, isComplete: Bool = true) {
        published = Published(keys)
        complete = Atomic(isComplete)
    }

    /// Changes with every other set.
    var version: Int { published.version }

    /// Takes a lock; workers have a ``Latest`` of their own.
    var current: KeySet { published.current }

    var isComplete: Bool { complete.load(ordering: .acquiring) }

    /// Puts a whole set in force. One with the same keys changes nothing, so that what they have
    /// verified stays known.
    func replace(with keys: KeySet) {
        if keys.ids != published.current.ids { published.replace(with: keys) }
        complete.store(true, ordering: .releasing)
    }
}

/// Makes the set of keys that a configuration states, and makes it anew when a JWKS is to be read
/// again.
struct KeyLoader: Sendable {
    let authentication: AuthenticationConfiguration
    var download = JWKSDownload()

    /// The keys that the configuration itself states, without those of a JWKS.
    func stated() async throws(KeyFailure) -> [TokenKey] {
        var keys: [TokenKey] = []
        for key in authentication.keys {
            keys.append(try await TokenKey.make(kid: key.kid, algorithm: key.algorithm, material: key.material))
        }
        return keys
    }

    func load() async throws(KeyFailure) -> KeySet {
        var keys = try await stated()
        if let jwks = authentication.jwks {
            switch jwks.source {
            case .file(let path):
                let bytes: [UInt8]
                do throws(FileFailure) {
                    bytes = try readFile(path, limit: JWKSDownload.mostBytes)
                } catch {
                    throw KeyFailure("The JWKS \(path) cannot be read: \(error.reason).")
                }
                keys += try await JWKSDocument.keys(bytes, name: path)
            case .url(let url):
                let bytes = try await download.bytes(of: url)
                keys += try await JWKSDocument.keys(bytes, name: JWKSDownload.shown(url))
            }
        }
        guard !keys.isEmpty else { throw KeyFailure("There is no key that tokens could be verified by.") }
        return try KeySet(keys)
    }
}
