import Crypto
import PorticoExecution

/// Seals cursors with AES-GCM under a synthetic nonce, an HMAC of the use and the content. The same
/// row of the same query always has the same cursor, and no nonce is used for two contents. All
/// workers that serve the same clients share one key.
public struct CursorKey: CursorSealing {
    private let encryption: SymmetricKey
    private let nonces: SymmetricKey

    /// Derives two keys from a secret with HKDF-SHA256 (RFC 5869); the secret may serve other
    /// purposes too. A holder of the secret can read and forge cursors.
    public init(secret: [UInt8]) {
        func derived(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: secret), info: Array("portico cursors \(purpose)".utf8),
                outputByteCount: 32)
        }
        encryption = derived("encryption")
        nonces = derived("nonces")
    }

    /// A random key; its cursors are invalid after the process ends.
    public static func random() -> CursorKey {
        CursorKey(secret: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    public func box(for use: [UInt8]) -> any CursorBox {
        Box(encryption: encryption, nonces: nonces, use: Array(SHA256.hash(data: use)))
    }

    private struct Box: CursorBox {
        let encryption: SymmetricKey
        let nonces: SymmetricKey
        /// Has a fixed length, so that the boundary between use and content is unambiguous.
        let use: [UInt8]

        func seal(_ content: [UInt8]) -> [UInt8] {
            let code = HMAC<SHA256>.authenticationCode(for: use + content, using: nonces)
            guard let nonce = try? AES.GCM.Nonce(data: Array(code).prefix(12)),
                let sealed = try? AES.GCM.seal(content, using: encryption, nonce: nonce, authenticating: use),
                let combined = sealed.combined
            else { return [] }
            return Array(combined)
        }

        func open(_ sealed: [UInt8]) -> [UInt8]? {
            guard let box = try? AES.GCM.SealedBox(combined: sealed),
                let content = try? AES.GCM.open(box, using: encryption, authenticating: use)
            else { return nil }
            return Array(content)
        }
    }
}
