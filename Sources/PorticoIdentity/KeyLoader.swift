import PlainFiles
import PorticoConfiguration

/// Builds the set of keys of a configuration, and rebuilds it when a JWKS is to be read again.
package struct KeyLoader: Sendable {
    private let authentication: AuthenticationConfiguration
    private let download = JWKSDownload()

    package init(authentication: AuthenticationConfiguration) { self.authentication = authentication }

    /// The keys in the configuration itself, without those of a JWKS.
    package func stated() async throws(KeyFailure) -> [TokenKey] {
        var keys: [TokenKey] = []
        for key in authentication.keys {
            keys.append(try await TokenKey.make(kid: key.kid, algorithm: key.algorithm, material: key.material))
        }
        return keys
    }

    package func load() async throws(KeyFailure) -> KeySet {
        var keys = try await stated()
        if let jwks = authentication.jwks {
            switch jwks.source {
            case .file(let path):
                let bytes: [UInt8]
                do throws(FileFailure) {
                    bytes = try PlainFile.bytes(of: path, limit: JWKSDownload.mostBytes)
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
