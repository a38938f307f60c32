import Diagnostics
import ExactText
import HTTPFetch
import PlainFiles
import YAMLTree

extension ConfigurationReader {
    private static let longestKeyFile = 64 << 10

    mutating func readAuthentication(_ node: YAMLNode, _ authentication: inout AuthenticationConfiguration) {
        let known = [
            "keys", "jwks", "issuer", "audience", "leeway", "users", "claims", "tenants", "apiKeys", "certificates",
        ]
        guard let mapping = reader.mapping(node, allowedKeys: known, as: "the authentication") else { return }
        if let node = mapping["keys"], let items = reader.sequence(node, as: "the keys") {
            authentication.keys = items.compactMap { key($0) }
        }
        checkKids(authentication.keys, at: mapping["keys"]?.range)
        if let node = mapping["jwks"] { authentication.jwks = jwks(node) }
        if let node = mapping["issuer"] { authentication.requirements.issuer = reader.string(node, as: "the issuer") }
        if let node = mapping["audience"] { authentication.requirements.audience = audience(node) }
        if let node = mapping["leeway"], let time = reader.duration(node, in: 0...300_000, as: "the leeway") {
            authentication.requirements.leeway = time / 1000
        }
        if let node = mapping["users"] { authentication.users = node.isNull ? nil : users(node) }
        // Without a table of users, none of tenants is assumed by default.
        if authentication.users == nil { authentication.tenants = nil }
        if let node = mapping["claims"] {
            authentication.requirements.claims = claims(node, hasUsers: authentication.users != nil)
        }
        if let node = mapping["tenants"] { authentication.tenants = node.isNull ? nil : tenants(node) }
        if let node = mapping["apiKeys"], let items = reader.sequence(node, as: "the API keys") {
            authentication.apiKeys = items.compactMap { apiKey($0) }
        }
        if let node = mapping["certificates"], let items = reader.sequence(node, as: "the certificates") {
            authentication.certificates = items.compactMap { certificate($0) }
            checkCertificatesDiffer(authentication.certificates, at: node.range)
        }
        if authentication.users == nil {
            if !authentication.apiKeys.isEmpty { reportUser(of: "An API key", at: mapping["apiKeys"]) }
            if !authentication.certificates.isEmpty {
                reportUser(of: "A client certificate", at: mapping["certificates"])
            }
        }
    }

    private mutating func reportUser(of what: String, at node: YAMLNode?) {
        reader.report(
            "\(what) stands for a user, and with `users: null` there is no table that says the user's role and tenant.",
            at: node?.range)
    }

    // MARK: Keys

    private mutating func key(_ node: YAMLNode) -> KeyConfiguration? {
        let keys = ["kid", "algorithm", "secret", "publicKey", "file"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "a key") else { return nil }
        var kid: String?
        if let node = mapping["kid"] { kid = reader.string(node, as: "the kid") }
        guard let algorithmNode = mapping["algorithm"] else {
            reader.report(
                "The key `algorithm` is missing in a key.", at: mapping.range,
                hint: "It is one of HS256, RS256, ES256 and EdDSA, and is never taken from a token.")
            return nil
        }
        guard let word = reader.choice(algorithmNode, of: TokenAlgorithm.allCases.map(\.rawValue), as: "the algorithm"),
            let algorithm = TokenAlgorithm(rawValue: word)
        else { return nil }
        let wanted = algorithm == .hs256 ? "secret" : "publicKey"
        let given = ["secret", "publicKey", "file"].filter { mapping[$0] != nil }
        guard given.count == 1, let only = given.first, only == wanted || only == "file", let value = mapping[only]
        else {
            reader.report(
                "A key for \(word) takes either `\(wanted)` or `file`, found \(given.isEmpty ? "neither" : given.map { "`\($0)`" }.joined(separator: " and ")).",
                at: mapping.range)
            return nil
        }
        guard var text = reader.string(value, as: "the key's `\(only)`") else { return nil }
        if only == "file" {
            guard let content = fileText(text, at: value) else { return nil }
            text = algorithm == .hs256 ? String(content.trimmingLineEnds) : content
        }
        if algorithm == .hs256, text.utf8.count < KeyLimits.secretBytes {
            reader.report(
                "The secret has \(text.utf8.count) bytes; HS256 needs at least \(KeyLimits.secretBytes).",
                at: value.range)
            return nil
        }
        return KeyConfiguration(
            kid: kid, algorithm: algorithm, material: algorithm == .hs256 ? .secret(text) : .publicKey(pem: text))
    }

    private mutating func checkKids(_ keys: [KeyConfiguration], at range: SourceRange?) {
        var seen: Set<ExactString?> = []
        for key in keys where !seen.insert(key.kid.map { ExactString($0) }).inserted {
            reader.report(
                key.kid.map { "Two keys have the kid `\($0)`." } ?? "Two keys have no kid; each but one needs its own.",
                at: range)
        }
    }

    private mutating func jwks(_ node: YAMLNode) -> JWKSConfiguration? {
        guard let mapping = reader.mapping(node, allowedKeys: ["file", "url", "refresh", "earlyFetch"], as: "the JWKS")
        else { return nil }
        var configuration: JWKSConfiguration
        switch (mapping["file"], mapping["url"]) {
        case (let file?, nil):
            guard let path = reader.string(file, as: "the file of the JWKS") else { return nil }
            configuration = JWKSConfiguration(source: .file(path: absolute(path)))
        case (nil, let url?):
            guard let text = reader.string(url, as: "the URL of the JWKS") else { return nil }
            let place: HTTPURL
            do throws(HTTPURL.Failure) {
                place = try HTTPURL(text)
            } catch {
                reader.report("\(error)", at: url.range)
                return nil
            }
            guard place.isSecure || place.isLocal else {
                reader.report(
                    "Expected the URL of the JWKS to begin with `https://`: who can change the answer on its way can sign tokens.",
                    at: url.range,
                    hint: "By `http://` a JWKS is fetched from this machine alone: localhost, 127.0.0.1 or [::1].")
                return nil
            }
            configuration = JWKSConfiguration(source: .url(text))
        default:
            reader.report("A JWKS takes either `file` or `url`.", at: mapping.range)
            return nil
        }
        let range = 1000...86_400_000
        read(
            &configuration.earlyFetch, "earlyFetch", of: mapping, milliseconds: range,
            as: "the time between two early readings")
        read(&configuration.refresh, "refresh", of: mapping, milliseconds: range, as: "the time between two readings")
        return configuration
    }

    private mutating func audience(_ node: YAMLNode) -> [String] {
        if case .sequence = node.content { return reader.strings(node, as: "the audience") ?? [] }
        return reader.string(node, as: "the audience").map { [$0] } ?? []
    }

    private mutating func apiKey(_ node: YAMLNode) -> APIKeyBinding? {
        guard let mapping = reader.mapping(node, allowedKeys: ["user", "sha256"], as: "an API key") else { return nil }
        guard let user = required("user", of: mapping, in: "an API key"),
            let text = required("sha256", of: mapping, in: "an API key")
        else { return nil }
        guard let hash = bytes(ofHex: text), hash.count == 32 else {
            reader.report(
                "Expected the SHA-256 of the key as 64 hexadecimal digits.", at: mapping["sha256"]?.range,
                hint: "`printf %s KEY | sha256sum` prints it.")
            return nil
        }
        return APIKeyBinding(user: ExactString(user), sha256: hash)
    }

    /// A path for a message; hides what looks like the key itself instead of its file.
    static func shown(_ path: String) -> String {
        path.utf8.count <= 255 && path.utf8.allSatisfy({ $0 >= 0x20 }) && !path.contains("-----")
            ? path : HiddenValues.mark
    }

    private mutating func fileText(_ path: String, at node: YAMLNode) -> String? {
        do throws(FileFailure) {
            let bytes = try PlainFile.bytes(of: absolute(path), limit: Self.longestKeyFile)
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            reader.report(
                "The file `\(Self.shown(path))` is not UTF-8.", at: Self.shown(path) == path ? node.range : nil)
        } catch {
            reader.report(
                "The file `\(Self.shown(path))` cannot be read: \(error.reason).",
                at: Self.shown(path) == path ? node.range : nil)
        }
        return nil
    }

    // MARK: Users and tenants

    private mutating func users(_ node: YAMLNode) -> UserTableColumns? {
        var users = UserTableColumns()
        let keys = ["table", "id", "role", "tenant", "status", "active"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the users") else { return users }
        read(&users.table, "table", mapping)
        read(&users.id, "id", mapping)
        read(&users.role, "role", mapping)
        read(&users.tenant, "tenant", mapping)
        readStatus(&users.status, mapping)
        return users
    }

    private mutating func tenants(_ node: YAMLNode) -> TenantTableColumns? {
        let keys = ["table", "id", "parent", "status", "active"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the tenants") else { return nil }
        var tenants = TenantTableColumns()
        read(&tenants.table, "table", mapping)
        read(&tenants.id, "id", mapping)
        if let node = mapping["parent"] { tenants.parent = node.isNull ? nil : reader.string(node, as: "`parent`") }
        readStatus(&tenants.status, mapping)
        return tenants
    }

    private mutating func read(_ name: inout String, _ key: String, _ mapping: YAMLMapping) {
        if mapping[key] != nil, let text = required(key, of: mapping, in: "") { name = text }
    }

    /// `status: null` means that every row of the table is active.
    private mutating func readStatus(_ status: inout StatusColumn?, _ mapping: YAMLMapping) {
        if let node = mapping["status"], node.isNull {
            status = nil
            return
        }
        var column = status ?? StatusColumn(column: "status", active: "active")
        read(&column.column, "status", mapping)
        read(&column.active, "active", mapping)
        status = column
    }
}

extension String {
    fileprivate var trimmingLineEnds: Substring {
        var rest = self[...]
        while let last = rest.last, last.isNewline { rest.removeLast() }
        return rest
    }
}

func bytes(ofHex text: String) -> [UInt8]? {
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digits[index], let low = digits[index + 1] else { return nil }
        bytes.append(UInt8(high << 4 | low))
    }
    return bytes
}
