import Glibc
import PorticoConfiguration
import PorticoIdentity

/// Signs tokens with a configuration's HS256 secret.
package struct TokenSigner {
    private let issuer: TokenIssuer

    /// Fails if the configuration has no such secret: tokens are then issued elsewhere.
    package init(_ configuration: GatewayConfiguration) throws(CommandFailure) {
        let authentication = configuration.authentication
        // The key without a kid is the environment's or dev's own; else the first.
        let keys = authentication.keys.sorted { ($0.kid == nil ? 0 : 1) < ($1.kid == nil ? 0 : 1) }
        for key in keys {
            guard case .secret(let secret) = key.material else { continue }
            do throws(KeyFailure) {
                issuer = try TokenIssuer(secret: secret, kid: key.kid, requirements: authentication.requirements)
                return
            } catch {
                throw .wrongUsage("\(error)")
            }
        }
        throw .wrongUsage(
            "there is no secret to sign with: set PORTICO_JWT_SECRET, or write a key for HS256 under `authentication: { keys: … }` in \(GatewayConfiguration.path)."
        )
    }

    package func token(for bearer: TokenIssuer.Bearer, seconds: Int) -> String {
        issuer.token(bearer, now: time(nil), lifetime: seconds)
    }
}
