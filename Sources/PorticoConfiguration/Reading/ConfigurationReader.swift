import Diagnostics
import Logging
import PorticoAccess
import PorticoGateway
import PostgresClient
import YAMLTree

/// Reads `config/gateway.yaml` and collects all problems.
struct ConfigurationReader {
    var reader: YAMLReader
    let project: String

    init(_ source: SourceText, project: String) {
        reader = YAMLReader(source)
        self.project = project
    }

    mutating func configuration(_ environment: (String) -> String?) throws(Diagnostics) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        if var root = reader.root() {
            do throws(Diagnostics) {
                root = try root.substitutingEnvironment(file: reader.source.name, environment)
            } catch {
                reader.report(contentsOf: error.items)
            }
            root = root.hidingSecrets()
            let sections = [
                "listener", "database", "authentication", "access", "documents", "compression", "cors", "limits",
                "cursors", "logging", "metrics", "tracing",
            ]
            if let mapping = reader.mapping(root, allowedKeys: sections, as: "the configuration") {
                if let node = mapping["listener"] { readListener(node, &configuration.listener) }
                if let node = mapping["database"] { readDatabase(node, &configuration.database) }
                if let node = mapping["authentication"] { readAuthentication(node, &configuration.authentication) }
                if let node = mapping["access"] { readAccess(node, &configuration.access) }
                if let node = mapping["documents"] { readDocuments(node, &configuration.documents) }
                read(&configuration.compression, "compression", of: mapping)
                if let node = mapping["cors"] { configuration.cors = cors(node) }
                if let node = mapping["limits"] { readLimits(node, &configuration.limits) }
                if let node = mapping["cursors"] { readCursors(node, &configuration.cursors) }
                if let node = mapping["logging"] { readLogging(node, &configuration.logging) }
                if let node = mapping["tracing"] { readTracing(node, &configuration.tracing) }
                if let node = mapping["metrics"] { readMetrics(node, &configuration.metrics) }
                checkCertificates(configuration, at: mapping)
            }
        }
        try reader.finish()
        return configuration
    }

    // MARK: Sections

    private mutating func readListener(_ node: YAMLNode, _ listener: inout ListenerConfiguration) {
        let keys = ["host", "port", "unixSocket", "tls", "workers"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the listener") else { return }
        if let node = mapping["host"] { listener.host = node.isNull ? nil : reader.string(node, as: "the host") }
        var port = Int(listener.port)
        read(&port, "port", of: mapping, in: 0...65_535, as: "the port")
        listener.port = UInt16(port)
        read(&listener.workers, "workers", of: mapping, in: 1...256, as: "the number of workers")
        if let node = mapping["tls"], !node.isNull { listener.tls = tls(node) }
        if let node = mapping["unixSocket"] { listener.unixSocket = unixSocket(node) }
        if listener.host == nil, listener.unixSocket == nil, mapping["host"]?.isNull == true {
            reader.report("Without a host, the listener needs a `unixSocket`.", at: mapping.range)
        }
    }

    private mutating func unixSocket(_ node: YAMLNode) -> UnixSocketConfiguration? {
        guard let mapping = reader.mapping(node, allowedKeys: ["path", "mode"], as: "the Unix socket") else {
            return nil
        }
        guard let path = required("path", of: mapping, in: "the Unix socket") else { return nil }
        var socket = UnixSocketConfiguration(path: absolute(path))
        if let node = mapping["mode"], let text = reader.string(node, as: "the mode of the socket's file") {
            if let mode = UInt32(text, radix: 8), mode <= 0o777 {
                socket.mode = mode
            } else {
                reader.report(
                    "Expected the mode of the socket's file as an octal number such as `0660`, found `\(node.shownText)`.",
                    at: node.range)
            }
        }
        return socket
    }

    private mutating func readDatabase(_ node: YAMLNode, _ database: inout DatabaseConfiguration) {
        guard
            let mapping = reader.mapping(
                node,
                allowedKeys: [
                    "url", "connections", "leases", "queue", "mergedKeys", "consistency", "statements",
                    "statementTimeout", "tagStatements",
                ], as: "the database")
        else { return }
        read(&database.tagsStatements, "tagStatements", of: mapping)
        if let node = mapping["url"] {
            database.url = reader.string(node, as: "the database's URL").flatMap { $0.isEmpty ? nil : $0 }
        }
        read(&database.connections, "connections", of: mapping, in: 1...100, as: "the number of connections")
        if let node = mapping["leases"],
            let count = reader.int(node, in: 1...100, as: "the number of connections that are lent")
        {
            database.leases = count
        }
        read(&database.queue, "queue", of: mapping, in: 0...1_000_000, as: "the number of statements that wait")
        read(
            &database.mergedKeys, "mergedKeys", of: mapping, in: 0...10_000,
            as: "the number of keys of a merged statement")
        read(&database.consistency, "consistency", of: mapping, as: "the consistency")
        read(&database.statements, "statements", of: mapping, as: "the mode of statements")
        read(
            &database.statementTimeout, "statementTimeout", of: mapping, milliseconds: 10...3_600_000,
            as: "the statement timeout")
    }

    private mutating func readLimits(_ node: YAMLNode, _ limits: inout GatewayLimits) {
        let keys = LimitName.allCases.map(\.rawValue) + RequestLimit.allCases.map(\.gatewayKey)
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the limits") else { return }
        func read(_ key: String, _ definition: LimitDefinition) -> Int? {
            mapping[key].flatMap { reader.limit($0, definition, in: definition.range, as: "the limit `\(key)`") }
        }
        for name in LimitName.allCases { if let value = read(name.rawValue, name.definition) { limits[name] = value } }
        let defaultFirst = read(RequestLimit.defaultFirst.gatewayKey, RequestLimit.defaultFirst.definition)
        for limit in RequestLimit.allCases where limit != .defaultFirst {
            if let value = read(limit.gatewayKey, limit.definition) { limits.rules[limit] = value }
        }
        guard let defaultFirst else { return }
        limits.rules[.defaultFirst] = defaultFirst
        if defaultFirst > limits.rules[.first] {
            reader.report(
                "The limit `first` (\(defaultFirst)) is above `maximumFirst` (\(limits.rules[.first])).",
                at: mapping["first"]?.range)
        }
    }

    private mutating func readLogging(_ node: YAMLNode, _ logging: inout LoggingConfiguration) {
        let keys = ["level", "format", "slowRequest", "documents"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the logging") else { return }
        if let node = mapping["slowRequest"] {
            logging.slowRequest =
                node.isNull
                ? nil
                : reader.duration(node, in: 1...3_600_000, as: "the time of a slow request") ?? logging.slowRequest
        }
        read(&logging.documents, "documents", of: mapping)
        if let node = mapping["level"],
            let word = reader.choice(node, of: Logger.Level.allCases.map(\.rawValue) + ["off"], as: "the log level")
        {
            logging.level = Logger.Level(rawValue: word)
        }
        read(&logging.format, "format", of: mapping, as: "the log format")
    }

    // MARK: Values

    // Each of these keeps the former value if the key is missing or invalid.

    mutating func read(
        _ value: inout Int, _ key: String, of mapping: YAMLMapping, in range: ClosedRange<Int>, as what: String
    ) {
        if let node = mapping[key], let number = reader.int(node, in: range, as: what) { value = number }
    }

    mutating func read(
        _ value: inout Int, _ key: String, of mapping: YAMLMapping, milliseconds range: ClosedRange<Int>,
        as what: String
    ) {
        if let node = mapping[key], let time = reader.duration(node, in: range, as: what) { value = time }
    }

    mutating func read(_ value: inout Bool, _ key: String, of mapping: YAMLMapping) {
        if let node = mapping[key], let isTrue = reader.bool(node, as: "`\(key)`") { value = isTrue }
    }

    mutating func read<Choice: RawRepresentable<String> & CaseIterable>(
        _ value: inout Choice, _ key: String, of mapping: YAMLMapping, as what: String
    ) {
        if let node = mapping[key], let word = reader.choice(node, of: Choice.allCases.map(\.rawValue), as: what) {
            value = Choice(rawValue: word) ?? value
        }
    }

    mutating func required(_ key: String, of mapping: YAMLMapping, in what: String) -> String? {
        guard let node = mapping[key] else {
            reader.report("The key `\(key)` is missing in \(what).", at: mapping.range)
            return nil
        }
        guard let text = reader.string(node, as: "`\(key)`") else { return nil }
        if text.isEmpty {
            reader.report("The value of `\(key)` is empty.", at: node.range)
            return nil
        }
        return text
    }

    /// A path of the file, which is relative to the project.
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : project + "/" + path }
}
