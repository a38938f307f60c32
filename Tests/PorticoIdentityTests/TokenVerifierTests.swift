import CryptoExtras
import JWTKit
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// Tokens → claims, or why not.
struct TokenVerifierTests {
    private func verify(
        _ token: String, keys: [TokenKey]? = nil, _ requirements: TokenRequirements = TokenRequirements()
    ) async throws -> Result<TokenClaims, TokenFailure> {
        let all = if let keys { keys } else { [try await key()] }
        return await TokenVerifier(keys: try KeySet(all), requirements: requirements).verify(
            Array(token.utf8), now: Tokens.now)
    }

    @Test func aGoodToken() async throws {
        let payload = Tokens.payload(
            #""tenant":"t-1","role":"client","aud":"a","plan":"pro","seats":3.50,"beta":true,"nested":{"x":1},"none":null,"iat":1"#
        )
        let claims = try await verify(Tokens.hmac(payload: payload)).get()
        #expect(
            claims
                == TokenClaims(
                    subject: "user-1", expiresAt: Tokens.now + 60, audience: ["a"], tenant: "t-1", roles: ["client"],
                    others: ["plan": "pro", "seats": "3.50", "beta": "true"]))
    }

    @Test(arguments: [
        // Forged: another secret, a changed payload, no signature.
        (
            Tokens.hmac(payload: Tokens.payload(), secret: "another secret of more than 32 bytes"),
            TokenFailure.badSignature
        ),
        (
            Tokens.hmac(payload: Tokens.payload()).replacing(
                Tokens.base64URL(Tokens.payload()), with: Tokens.base64URL(Tokens.payload(sub: "admin"))), .badSignature
        ),
        (
            Tokens.base64URL(#"{"alg":"HS256"}"#) + "." + Tokens.base64URL(Tokens.payload()) + ".",
            .malformed("not three parts")
        ),
        // `none`, in the spellings that were accepted somewhere once.
        (Tokens.hmac(header: #"{"alg":"none"}"#, payload: Tokens.payload()), .noSuchKey("none without kid")),
        (
            Tokens.base64URL(#"{"alg":"none"}"#) + "." + Tokens.base64URL(Tokens.payload()) + ".",
            .malformed("not three parts")
        ),
        (Tokens.hmac(header: #"{"alg":"nOnE"}"#, payload: Tokens.payload()), .noSuchKey("nOnE without kid")),
        // A key that is bound to HS256 is used for nothing else.
        (Tokens.hmac(header: #"{"alg":"HS512"}"#, payload: Tokens.payload()), .noSuchKey("HS512 without kid")),
        (Tokens.hmac(header: #"{"alg":"HS256","kid":"other"}"#, payload: Tokens.payload()), .noSuchKey("HS256 other")),
        // Time.
        (Tokens.hmac(payload: Tokens.payload(exp: Tokens.now)), .expired),
        (Tokens.hmac(payload: Tokens.payload(exp: Tokens.now - 1000)), .expired),
        (Tokens.hmac(payload: Tokens.payload(exp: nil)), .claim("The token has no claim \"exp\".")),
        (Tokens.hmac(payload: Tokens.payload(#""nbf":\#(Tokens.now + 5)"#)), .notYetValid),
        (
            Tokens.hmac(payload: #"{"sub":"u","exp":"\#(Tokens.now + 60)"}"#),
            .claim("The token's claim \"exp\" is not of the right type.")
        ),
        (
            Tokens.hmac(payload: #"{"sub":"u","exp":null}"#),
            .claim("The token's claim \"exp\" is not of the right type.")
        ),
        (Tokens.hmac(payload: #"{"sub":"u","exp":1e999}"#), .claim("The token's claim \"exp\" is not a time.")),
        // Claims.
        (Tokens.hmac(payload: #"{"exp":\#(Tokens.now + 60)}"#), .claim("The token has no claim \"sub\".")),
        (Tokens.hmac(payload: Tokens.payload(sub: "")), .claim("The token's claim \"sub\" is not of the right type.")),
        (
            Tokens.hmac(payload: Tokens.payload(#""role":["client",true]"#)),
            .claim("The token's claim \"role\" is not of the right type.")
        ),
        (
            Tokens.hmac(payload: Tokens.payload(#""role":{"x":"client"}"#)),
            .claim("The token's claim \"role\" is not of the right type.")
        ),
        (
            Tokens.hmac(payload: Tokens.payload(#""tenant":["t"]"#)),
            .claim("The token's claim \"tenant\" is not of the right type.")
        ),
        (
            Tokens.hmac(payload: Tokens.payload(#""tenant":1.5"#)),
            .claim("The token's claim \"tenant\" is not of the right type.")
        ),
        (
            Tokens.hmac(payload: Tokens.payload(#""tenants":["t",""]"#)),
            .claim("The token's claim \"tenants\" is not of the right type.")
        ),
        // Shape.
        ("", .malformed("not three parts")),
        ("a.b", .malformed("not three parts")),
        ("a.b.c.d", .malformed("not three parts")),
        ("!!.e30.AAAA", .malformed("not base64url")),
        (Tokens.base64URL(#"{"typ":"JWT"}"#) + ".e30.AAAA", .malformed("no alg")),
        (Tokens.hmac(header: #"{"alg":"HS256","crit":["x"]}"#, payload: Tokens.payload()), .malformed("crit")),
        (Tokens.hmac(header: #"{"alg":"HS256","kid":7}"#, payload: Tokens.payload()), .malformed("kid")),
        (String(repeating: "a", count: 9000), .malformed("longer than 8192 bytes")),
    ])
    func refused(token: String, failure: TokenFailure) async throws {
        #expect(try await verify(token) == .failure(failure))
    }

    @Test func aClaimThatStandsTwiceIsRefused() async throws {
        let result = try await verify(Tokens.hmac(payload: #"{"sub":"a","sub":"b","exp":\#(Tokens.now + 60)}"#))
        #expect(throws: TokenFailure.self) { try result.get() }
    }

    /// The public key of RS256 is no secret: who signs with it as if it were one for HS256 must not
    /// get in.
    @Test func thePublicKeyIsNoSecret() async throws {
        let pair = try Insecure.RSA.PrivateKey(backing: _RSA.Signing.PrivateKey(keySize: .bits2048))
        let publicPEM = pair.publicKey.pemRepresentation
        let keys = [try await key(kid: "k", .rs256, .publicKey(pem: publicPEM))]
        for header in [#"{"alg":"HS256","kid":"k"}"#, #"{"alg":"HS256"}"#, #"{"alg":"RS256","kid":"k"}"#] {
            let result = try await verify(
                Tokens.hmac(header: header, payload: Tokens.payload(), secret: publicPEM), keys: keys)
            #expect(throws: TokenFailure.self) { try result.get() }
        }
        let signer = JWTKeyCollection()
        await signer.add(rsa: pair, digestAlgorithm: .sha256, kid: "k")
        let good = try await signer.sign(Subject(sub: "user-1", exp: Tokens.now + 60), kid: "k")
        #expect(try await verify(good, keys: keys).get().subject == "user-1")
    }

    @Test func severalKeysByKid() async throws {
        let es256 = ES256PrivateKey(), ed25519 = try EdDSA.PrivateKey()
        let keys = [
            try await key(), try await key(kid: "es", .es256, .publicKey(pem: es256.publicKey.pemRepresentation)),
            try await key(kid: "hs", .hs256, .secret("another secret of more than 32 bytes")),
        ]
        let signer = JWTKeyCollection()
        await signer.add(ecdsa: es256, kid: "es")
        await signer.add(eddsa: ed25519, kid: "ed")
        let subject = Subject(sub: "user-1", exp: Tokens.now + 60)
        #expect(try await verify(try await signer.sign(subject, kid: "es"), keys: keys).get().subject == "user-1")
        #expect(
            try await verify(try await signer.sign(subject, kid: "ed"), keys: keys) == .failure(.noSuchKey("EdDSA ed")))
        // A token without a kid is for the key without one, and for no other.
        #expect(try await verify(Tokens.hmac(payload: Tokens.payload()), keys: keys).get().subject == "user-1")
        #expect(
            try await verify(
                Tokens.hmac(payload: Tokens.payload(), secret: "another secret of more than 32 bytes"), keys: keys)
                == .failure(.badSignature))
        // The right secret under a wrong name.
        #expect(
            try await verify(Tokens.hmac(header: #"{"alg":"HS256","kid":"hs"}"#, payload: Tokens.payload()), keys: keys)
                == .failure(.badSignature))
    }

    @Test func issuerAndAudience() async throws {
        let requirements = TokenRequirements(issuer: "me", audience: ["one", "two"])
        func result(_ members: String) async throws -> Result<String, TokenFailure> {
            try await verify(Tokens.hmac(payload: Tokens.payload(members)), requirements).map(\.subject.text)
        }
        #expect(try await result(#""iss":"me","aud":"one""#) == .success("user-1"))
        #expect(try await result(#""iss":"me","aud":["zero","two"]"#) == .success("user-1"))
        #expect(try await result(#""iss":"you","aud":"one""#) == .failure(.wrongIssuer))
        #expect(try await result(#""aud":"one""#) == .failure(.wrongIssuer))
        #expect(try await result(#""iss":"me","aud":"three""#) == .failure(.wrongAudience))
        #expect(try await result(#""iss":"me""#) == .failure(.wrongAudience))
    }

    @Test func theLeewayForgivesAClock() async throws {
        let token = Tokens.hmac(payload: Tokens.payload(exp: Tokens.now - 5))
        #expect(try await verify(token, TokenRequirements(leeway: 10)).get().subject == "user-1")
    }

    @Test func whatTheIssuerSignsIsAccepted() async throws {
        let requirements = TokenRequirements(issuer: "me", audience: ["one"])
        let issuer = try TokenIssuer(secret: Tokens.secret, kid: "k", requirements: requirements)
        let token = issuer.token(
            TokenIssuer.Bearer(user: "user-7", tenant: "t", role: "client"), now: Tokens.now, lifetime: 60)
        let claims = try await verify(token, keys: [try await key(kid: "k")], requirements).get()
        #expect(
            claims
                == TokenClaims(
                    subject: "user-7", expiresAt: Tokens.now + 60, issuer: "me", audience: ["one"], tenant: "t",
                    roles: ["client"]))
    }

    @Test func keysThatCannotBe() async throws {
        await #expect(throws: KeyFailure.self) { try await key(kid: nil, .hs256, .secret("short")) }
        await #expect(throws: KeyFailure.self) { try await key(kid: "k", .rs256, .publicKey(pem: "no PEM")) }
        await #expect(throws: KeyFailure.self) {
            try await key(kid: "k", .es256, .publicKey(pem: try EdDSA.PrivateKey().publicKey.pemRepresentation))
        }
        let twins = [try await key(kid: "k"), try await key(kid: "k")]
        #expect(throws: KeyFailure.self) { try KeySet(twins) }
    }

    @Test func aJWKSGivesItsUsableKeys() async throws {
        let parameters = try #require(ES256PrivateKey().publicKey.parameters)
        let entry = #""kty":"EC","crv":"P-256","x":"\#(parameters.x)","y":"\#(parameters.y)""#
        let document = #"""
            {"keys": [
              {"kid":"good",\#(entry)},
              {"kid":"right alg","alg":"ES256","use":"sig",\#(entry)},
              {"kid":"wrong alg","alg":"ES512",\#(entry)},
              {"kid":"encryption","use":"enc",\#(entry)},
              {\#(entry)},
              {"kid":"secret","kty":"oct","k":"AAAA","alg":"HS256"},
              {"kid":"unknown","kty":"XYZ"}
            ]}
            """#
        let keys = try await JWKSDocument.keys(Array(document.utf8), name: "keys")
        #expect(keys.map(\.kid) == ["good", "right alg"])
        #expect(keys.map(\.algorithm) == [.es256, .es256])
        for wrong in ["", "[]", #"{"keys":7}"#, #"{"keys":[]}"#] {
            await #expect(throws: KeyFailure.self) { try await JWKSDocument.keys(Array(wrong.utf8), name: "keys") }
        }
    }

    private struct Subject: JWTPayload {
        var sub: String
        var exp: Int
        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
