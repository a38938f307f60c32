import PlainFiles
import Synchronization

/// The set of keys in force, shared by all workers; a refreshed set replaces it as a whole.
final class KeyStore: Sendable {
    private let state: Mutex<KeySet>
    private let counter = Atomic<Int>(1)

    init(_ keys: KeySet) { state = Mutex(keys) }

    /// Changes with every new set.
    var version: Int { counter.load(ordering: .acquiring) }

    var current: KeySet { state.withLock { $0 } }

    func replace(with keys: KeySet) {
        state.withLock { $0 = keys }
        counter.add(1, ordering: .acquiringAndReleasing)
    }
}

/// Makes the set of keys that a configuration states, and makes it anew when a JWKS is to be read again.
struct KeyLoader: Sendable {
    let authentication: AuthenticationConfiguration

    func load() async throws(KeyFailure) -> KeySet {
        var keys: [TokenKey] = []
        for key in authentication.keys { keys.append(try await TokenKey.make(kid: key.kid, algorithm: key.algorithm, material: key.material)) }
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
            case .url(let url): keys += try await JWKSDocument.keys(try await JWKSDownload.bytes(of: url), name: JWKSDownload.shown(url))
            }
        }
        guard !keys.isEmpty else { throw KeyFailure("There is no key that tokens could be verified by.") }
        return try KeySet(keys)
    }
}
