import PorticoAccess
import PorticoIdentity
import PorticoProject
import PorticoServer

/// What a user needs to begin: the address, the users, and a first request to paste.
struct DevGreeting: Sendable {
    /// Users that get a ready-made token each; `portico token` makes more.
    static let users = 20
    /// Seconds that such a token is valid: a working day.
    static let tokenLifetime = 12 * 3_600

    private let host: String
    /// How to enter the database, or which one it is.
    private let database: String
    /// Lines about the users and their tokens.
    private let people: [String]
    /// The token of the first request; `nil` if there is no user.
    private let token: String?
    /// A query for that user, or an anonymous viewer.
    private let query: String

    /// Reads the users and signs a token for each; without users, for each role without a tenant.
    /// - Parameter psql: The database as `psql`'s argument; `nil` if it may contain a password.
    init(_ project: Project, _ api: API, psql: String?) throws {
        let connection = try project.connect(), policy = api.policy
        host = project.configuration.listener.host ?? "127.0.0.1"
        database = psql.map { "psql \(Self.quoted($0))" } ?? connection.target
        var people: [String] = [], first: String?, rules = policy.rules(role: Viewer.anonymousRole, tenant: nil)
        guard let table = project.configuration.authentication.users else {
            let signer = try TokenSigner(project.configuration)
            people = ["There is no table of users: `portico token --role ROLE --tenant TENANT-ID` makes a token."]
            for role in policy.roles.filter({ policy.reach(of: $0) == .crossTenant }).prefix(Self.users) {
                let token = signer.token(for: TokenIssuer.Bearer(user: role, role: role), seconds: Self.tokenLifetime)
                let hours = Self.tokenLifetime / 3_600
                people += ["", "  \(role)  (of all tenants, good for \(hours) hours)", "  \(token)"]
                if first == nil { (first, rules) = (token, policy.rules(role: role, tenant: nil)) }
            }
            (self.people, token, query) = (people, first, Self.sample(rules))
            return
        }
        switch try DevUsers.read(table, on: connection, atMost: Self.users) {
        case .all(let users) where users.isEmpty:
            people = ["There are no users yet; migrations/seed.sql would bring some."]
        case .all(let users):
            let signer = try TokenSigner(project.configuration)
            people = ["A token for each user, good for \(Self.tokenLifetime / 3_600) hours:"]
            for user in users {
                let token = signer.token(for: TokenIssuer.Bearer(user: user.id), seconds: Self.tokenLifetime)
                people += ["", "  \(user.id)  (\(user.role)\(user.tenant.map { " of \($0)" } ?? ""))", "  \(token)"]
                guard first == nil, case .rules(let own) = policy.rules(role: user.role, tenant: user.tenant) else {
                    continue
                }
                (first, rules) = (token, .rules(own))
            }
        case .noTable(let reason):
            people = ["Nobody can sign in (\(reason)): every request is that of the role \(Viewer.anonymousRole)."]
        case .tooMany(let count):
            people = ["There are \(count) users: `portico token --as USER-ID` makes a token for one."]
        }
        self.people = people
        (token, query) = (first, Self.sample(rules))
    }

    private static func sample(_ rules: RuleLookup) -> String {
        if case .rules(let set) = rules { set.sampleQuery } else { "{ __typename }" }
    }

    /// One word of a shell, with any content.
    private static func quoted(_ text: String) -> String {
        "\"" + text.reduce(into: "") { $0 += "\"\\$`".contains($1) ? "\\\($1)" : "\($1)" } + "\""
    }

    func text(port: UInt16) -> String {
        let address = "http://\(host):\(port)"
        var lines = [
            "", "Portico serves \(address)/graphql", "Schema:   \(address)/schema.graphql", "Database: \(database)", "",
        ]
        lines += people + ["", "Try:", "", "  curl -s \(address)/graphql \\"]
        if let token { lines.append("    -H 'authorization: Bearer \(token)' \\") }
        lines += ["    -H 'content-type: application/json' -d '{\"query\":\"\(query)\"}'", "", "Ctrl-C stops it."]
        return lines.joined(separator: "\n")
    }
}
