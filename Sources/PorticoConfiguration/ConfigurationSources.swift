import Diagnostics
import Glibc
import PlainFiles
import YAMLTree

/// Command-line flags, which override the file; `nil` does not override.
public struct ConfigurationFlags: Sendable, Equatable {
    public var databaseURL: String?
    public var host: String?
    public var port: UInt16?
    public var workers: Int?
    /// For HS256; `portico dev` makes its own.
    public var secret: String?

    public init(
        databaseURL: String? = nil, host: String? = nil, port: UInt16? = nil, workers: Int? = nil, secret: String? = nil
    ) {
        self.databaseURL = databaseURL
        self.host = host
        self.port = port
        self.workers = workers
        self.secret = secret
    }
}

extension GatewayConfiguration {
    /// The file's path in a project.
    public static let path = "config/gateway.yaml"

    /// The configuration of a project: its file, overridden by the environment, overridden by the
    /// flags. Defaults without the file.
    /// - Throws: All problems, with their positions in the file.
    public static func load(
        project: String, environment: (String) -> String?, flags: ConfigurationFlags = ConfigurationFlags()
    ) throws(Diagnostics) -> GatewayConfiguration {
        let file = project + "/" + path
        var text: [UInt8]
        do throws(FileFailure) {
            text = try PlainFile.bytes(of: file, limit: YAMLLimits.standard.bytes)
        } catch {
            guard error.errno == ENOENT else {
                throw Diagnostics([Diagnostic("It cannot be read: \(error.reason).", file: path)])
            }
            text = Array("{}".utf8)
        }
        return try read(SourceText(name: path, bytes: text), project: project, environment: environment, flags: flags)
    }

    /// The configuration in a text.
    /// - Parameter project: The folder that key files are relative to.
    public static func read(
        _ source: SourceText, project: String, environment: (String) -> String?,
        flags: ConfigurationFlags = ConfigurationFlags()
    ) throws(Diagnostics) -> GatewayConfiguration {
        var reader = ConfigurationReader(source, project: project)
        var configuration = try reader.configuration(environment)
        var problems: [Diagnostic] = []
        configuration.apply(environment, &problems)
        configuration.apply(flags)
        if !problems.isEmpty { throw Diagnostics(problems) }
        configuration.database.followURL(workers: configuration.listener.workers)
        return configuration
    }

    private mutating func apply(_ environment: (String) -> String?, _ problems: inout [Diagnostic]) {
        func value(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        var flags = ConfigurationFlags(
            databaseURL: value("DATABASE_URL"), host: value("PORTICO_HOST"), secret: value("PORTICO_JWT_SECRET"))
        if let text = value("PORTICO_PORT") {
            flags.port = UInt16(text)
            if flags.port == nil {
                problems.report("The environment variable PORTICO_PORT is not a port from 0 to 65535: \"\(text)\".")
            }
        }
        apply(flags)
    }

    private mutating func apply(_ flags: ConfigurationFlags) {
        if let url = flags.databaseURL { database.url = url }
        if let host = flags.host { listener.host = host }
        if let port = flags.port { listener.port = port }
        if let workers = flags.workers { listener.workers = workers }
        if let secret = flags.secret {
            // Replaces the file's key without a kid; keys with one belong to other issuers.
            authentication.keys.removeAll { $0.kid == nil }
            authentication.keys.append(KeyConfiguration(kid: nil, algorithm: .hs256, material: .secret(secret)))
        }
    }
}
