import Diagnostics
import Glibc
import PorticoConfiguration
import PostgresClient
import PostgresMigrations

/// A command's folder, and the settings of flags, environment and `config/gateway.yaml`.
package struct Project {
    package let folder: String
    package let configuration: GatewayConfiguration

    /// Loads only the configuration.
    ///
    /// If neither a flag, the environment nor the file names a database, but `portico dev` runs on
    /// the folder, its database and its secret are used.
    package init(_ options: GlobalOptions, flags: ConfigurationFlags = ConfigurationFlags()) throws(CommandFailure) {
        folder = options.project
        var flags = flags
        flags.databaseURL = options.databaseURL ?? flags.databaseURL
        do throws(Diagnostics) {
            let stated = try GatewayConfiguration.load(project: folder, environment: Self.environment, flags: flags)
            if stated.database.url != nil {
                configuration = stated
                return
            }
            configuration = try Self.ofRunningDev(folder, flags) ?? stated
        } catch {
            // A file that takes the database from the environment is completed by `portico dev`'s.
            if let running = try? Self.ofRunningDev(folder, flags) {
                configuration = running
            } else {
                throw CommandFailure(error, project: folder)
            }
        }
    }

    /// The configuration of `portico dev`: the file's, with the private database or the named one,
    /// its own secret, and a loopback address.
    package init(
        _ project: String, dev: DevFolder, database: String?, secret: String, port: UInt16?
    ) throws(CommandFailure) {
        folder = project
        let flags = ConfigurationFlags(
            databaseURL: database ?? dev.connectionText, host: "127.0.0.1", port: port, secret: secret)
        do throws(Diagnostics) {
            var stated = try GatewayConfiguration.load(
                project: folder, environment: Self.environment(of: dev, secret), flags: flags)
            // The server's certificates are not on this machine, and loopback needs none.
            stated.listener.tls = nil
            configuration = stated
        } catch {
            throw CommandFailure(error, project: folder)
        }
    }

    private static func ofRunningDev(
        _ folder: String, _ flags: ConfigurationFlags
    ) throws(Diagnostics) -> GatewayConfiguration? {
        guard flags.databaseURL == nil, environment("DATABASE_URL") == nil, let dev = devFolder(folder), dev.hasSocket
        else { return nil }
        var flags = flags
        flags.databaseURL = dev.connectionText
        let secret = (try? DevSecret.read(in: dev)) ?? nil
        if environment("PORTICO_JWT_SECRET") == nil { flags.secret = flags.secret ?? secret }
        return try GatewayConfiguration.load(project: folder, environment: environment(of: dev, secret), flags: flags)
    }

    /// The folder of `portico dev`.
    private static func devFolder(_ project: String) -> DevFolder? {
        do throws(CommandFailure) {
            return DevFolder.lastUsed(on: project, account: try Account.toDropTo())
        } catch {
            return nil
        }
    }

    /// The environment, completed by values of `portico dev`.
    private static func environment(of dev: DevFolder, _ secret: String?) -> (String) -> String? {
        { name in
            if let value = environment(name) { return value }
            return switch name {
            case "DATABASE_URL": dev.connectionText
            case "PORTICO_JWT_SECRET": secret
            default: nil
            }
        }
    }

    /// The configuration with the secret of `portico dev`: of one that runs on the folder, which
    /// accepts no other tokens, unless the environment states a secret; or, if no other key is
    /// stated, of one that was used there.
    package func withDevSecret() throws(CommandFailure) -> GatewayConfiguration {
        guard let dev = Self.devFolder(folder) else { return configuration }
        let isStated = Self.environment("PORTICO_JWT_SECRET").map { !$0.isEmpty } ?? false
        guard !configuration.authentication.hasKey || (!isStated && dev.isInUse),
            let secret = try DevSecret.read(in: dev)
        else { return configuration }
        var completed = configuration
        completed.authentication.keys.removeAll { $0.kid == nil }
        completed.authentication.keys.append(KeyConfiguration(kid: nil, algorithm: .hs256, material: .secret(secret)))
        return completed
    }

    /// Notes that tokens are signed with a secret that a running `portico dev` does not accept.
    package func noteForeignSecret() throws(CommandFailure) {
        guard let stated = Self.environment("PORTICO_JWT_SECRET"), !stated.isEmpty else { return }
        guard let dev = Self.devFolder(folder), dev.isInUse, try DevSecret.read(in: dev) != stated else { return }
        Terminal.note(
            """
            portico: the token is signed with PORTICO_JWT_SECRET, which the running `portico dev` does not know: \
            it takes tokens of its own secret alone.
            """)
    }

    /// The database's valid URL; fails with where to state it if there is none.
    package func databaseText() throws(CommandFailure) -> String {
        _ = try connectionSettings()
        return configuration.database.url ?? ""
    }

    /// How to reach the database; fails like ``databaseText()``.
    package func connectionSettings() throws(CommandFailure) -> ConnectionSettings {
        guard let url = configuration.database.url else {
            throw .wrongUsage(
                "no database is named: give --database-url, set DATABASE_URL, or write `database: { url: … }` into \(GatewayConfiguration.path); `portico dev` brings one of its own."
            )
        }
        return try ConnectionSettings(stated: url)
    }

    package func connect() throws(CommandFailure) -> Database { try Database(try databaseText()) }

    /// Whether the project creates its database's schema; otherwise it is managed elsewhere.
    package var hasMigrations: Bool { FileSystem.isFolder(folder + "/migrations") }

    package func migrations() throws(MigrationError) -> MigrationFolder {
        try MigrationFolder(contentsOf: folder + "/migrations")
    }

    package func seed() throws(MigrationError) -> SQLScript {
        try SQLScript(contentsOf: folder + "/migrations/seed.sql", name: "migrations/seed.sql")
    }

    package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

extension ConnectionSettings {
    /// From user input; wrong usage if it cannot be read.
    package init(stated text: String) throws(CommandFailure) {
        do throws(DatabaseFailure) {
            try self.init(text)
        } catch {
            throw .wrongUsage("\(error.message).")
        }
    }
}
