import Foundation
import TestTLS
import Testing
@testable import TLSTransport

/// What certificates, keys and files may have wrong, and how it is said.
struct TLSContextTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
        try authority.issue("server")
    }

    private func settings(
        certificate: String = "server.pem", key: String = "server.key", ca: String? = nil
    ) -> TLSSettings {
        func path(_ name: String) -> String { "\(authority.folder)/\(name)" }
        return TLSSettings(
            certificate: path(certificate), key: path(key), clientCertificates: ca.map { .init(authorities: path($0)) })
    }

    private func failure(_ settings: TLSSettings) -> String? {
        do throws(TLSFailure) {
            _ = try TLSContext(settings)
            return nil
        } catch {
            return error.description
        }
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(authority.folder)/\(name)"))
    }

    @Test func goodFilesAreSummed() throws {
        let context = try TLSContext(settings(ca: "ca.pem"))
        #expect(context.summary.hasPrefix("CN=server,O=Portico, until 2"))
        #expect(context.warnings.isEmpty)
    }

    @Test func rsaKeysServeToo() throws {
        try authority.issue("rsa", key: .rsa2048)
        _ = try TLSContext(settings(certificate: "rsa.pem", key: "rsa.key"))
    }

    @Test func aFileThatIsMissingIsNamed() {
        #expect(
            failure(settings(certificate: "none.pem"))
                == "The certificate file \(authority.folder)/none.pem cannot be read: No such file or directory.")
        #expect(
            failure(settings(key: "none.key"))
                == "The key file \(authority.folder)/none.key cannot be read: No such file or directory.")
        #expect(
            failure(settings(ca: "none.pem"))
                == "The clients' authority file \(authority.folder)/none.pem cannot be read: No such file or directory."
        )
        #expect(
            failure(settings(certificate: ""))
                == "The certificate file \(authority.folder)/ cannot be read: Is a directory.")
    }

    @Test func aFileThatMayNotBeReadIsNamed() throws {
        chmod(authority.keyFile("server"), 0)
        // Root may read everything, unless this thread opens files as another user.
        let nobody: uid_t = 65_534
        let become = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: (@convention(c) (uid_t) -> CInt).self)
        let found: String?
        if geteuid() == 0 {
            _ = become(nobody)
            found = failure(settings())
            _ = become(0)
        } else {
            found = failure(settings())
        }
        #expect(found == "The key file \(authority.keyFile("server")) cannot be read: Permission denied.")
    }

    @Test(arguments: [("", "it is empty"), ("hello", "it is not PEM"), ("\u{30}\u{2}", "it looks like DER")])
    func whatIsNotPEMIsSaid(_ text: String, _ reason: String) throws {
        try write(text, "odd.pem")
        #expect(failure(settings(certificate: "odd.pem"))?.contains(reason) == true)
        #expect(failure(settings(key: "odd.pem"))?.contains(reason) == true)
    }

    @Test func filesThatChangedPlacesAreSaid() {
        #expect(
            failure(settings(certificate: "server.key"))
                == "The certificate file \(authority.folder)/server.key holds no certificate, but a private key.")
        #expect(
            failure(settings(key: "server.pem"))
                == "The key file \(authority.folder)/server.pem holds no private key, but a certificate.")
    }

    @Test func aSpoiledCertificateIsSaidByItsNumber() throws {
        let good = try String(contentsOfFile: authority.certificateFile("server"), encoding: .utf8)
        try write(good + good.replacingOccurrences(of: "M", with: "N"), "spoiled.pem")
        #expect(
            failure(settings(certificate: "spoiled.pem"))?.hasPrefix(
                "Certificate 2 of the certificate file \(authority.folder)/spoiled.pem cannot be read: ") == true)
    }

    @Test func aKeyOfAnotherCertificateIsSaid() throws {
        try authority.issue("other")
        #expect(
            failure(settings(key: "other.key"))
                == "The key \(authority.folder)/other.key does not belong to the certificate of \(authority.folder)/server.pem."
        )
        let chain = try ["ca", "server"].map {
            try String(contentsOfFile: authority.certificateFile($0), encoding: .utf8)
        }.joined()
        try write(chain, "reversed.pem")
        #expect(failure(settings(certificate: "reversed.pem"))?.contains("the server's own comes first") == true)
    }

    @Test func anEncryptedKeyIsSaid() throws {
        try authority.issue("closed", passphrase: "open sesame")
        #expect(
            failure(settings(certificate: "closed.pem", key: "closed.key"))?.hasPrefix(
                "The key file \(authority.folder)/closed.key is encrypted") == true)
    }

    @Test(arguments: [(-10 ... -1, "has expired on "), (2...9, "is not good before ")])
    func aCertificateOutOfItsTimeIsServedWithAWarning(_ days: ClosedRange<Int>, _ words: String) throws {
        try authority.issue("server", days: days)
        let warnings = try TLSContext(settings()).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("The certificate \(authority.folder)/server.pem \(words)") == true)
    }

    // MARK: Reading again

    @Test func filesAreReadAgainWhenTheyChange() throws {
        let store = try CertificateStore(settings())
        let first = store.current
        #expect(store.reload() == .unchanged)
        try authority.issue("server", subject: [("CN", "second")])
        guard case .replaced(let summary, let warnings) = store.reload() else {
            Issue.record("the files were not read again")
            return
        }
        #expect(summary.hasPrefix("CN=second, until ") && warnings.isEmpty)
        #expect(store.current !== first)
        #expect(store.reload() == .unchanged)
        #expect(store.reload(always: true) != .unchanged)
    }

    @Test func badFilesLeaveTheFormerCertificatesInForce() throws {
        let store = try CertificateStore(settings())
        let first = store.current
        try write("half a cert", "server.pem")
        guard case .refused(let failure) = store.reload() else {
            Issue.record("a file that is no certificate was taken")
            return
        }
        #expect(failure.description.contains("server.pem holds no certificate; it is not PEM"))
        #expect(store.current === first)
        // It is said once.
        #expect(store.reload() == .unchanged)
        try authority.issue("server")
        guard case .replaced = store.reload() else {
            Issue.record("the good files were not taken")
            return
        }
        #expect(store.current !== first)
    }

    // MARK: ALPN

    @Test(arguments: [
        (["http/1.1"], true), (["h2", "http/1.1"], true), (["h2"], false), (["http/1.0"], false),
        (["http/1.1x"], false), (["http/1."], false), ([], false),
    ])
    func onlyOneProtocolIsChosen(_ offered: [String], _ isChosen: Bool) {
        let bytes = offered.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        bytes.withUnsafeBufferPointer { buffer in
            var chosen: UnsafePointer<UInt8>?, length: UInt8 = 0
            #expect(ALPN.choose(buffer, &chosen, &length) == isChosen)
            #expect((chosen != nil) == isChosen && length == (isChosen ? 8 : 0))
        }
    }

    @Test func aListThatIsCutShortChoosesNothing() {
        [UInt8]([9, 0x68, 0x74, 0x74, 0x70]).withUnsafeBufferPointer { buffer in
            var chosen: UnsafePointer<UInt8>?, length: UInt8 = 0
            #expect(!ALPN.choose(buffer, &chosen, &length))
        }
    }
}
