import Diagnostics
import JSONBytes
import PorticoPolicyTesting
import YAMLTree

/// The checks in `config/health.yaml`.
struct HealthConfiguration: Sendable, Equatable {
    /// The expected number.
    enum Expected: Sendable, Equatable {
        case exactly(Int)
        case atLeast(Int)

        func holds(_ count: Int) -> Bool {
            switch self {
            case .exactly(let wanted): count == wanted
            case .atLeast(let wanted): count >= wanted
            }
        }

        var description: String {
            switch self {
            case .exactly(let wanted): "\(wanted)"
            case .atLeast(let wanted): "at least \(wanted)"
            }
        }
    }

    struct Count: Sendable, Equatable {
        /// A table, or in ``Query`` a path of field names.
        var name: String
        var expected: Expected
    }

    struct Relation: Sendable, Equatable {
        var name: String
        var sql: String
        var rows: Expected
        /// Rows that the report prints.
        var show: Int
    }

    struct Query: Sendable, Equatable {
        var name: String
        /// The id of the querying user.
        var user: String
        var document: String
        var variables: [JSONMember]
        var objects: [Count]
    }

    struct Isolation: Sendable, Equatable {
        var user: String
        /// The id of a tenant none of whose rows the user may see.
        var foreignTenant: String
    }

    var tables: Expected?
    var indexes: Expected?
    var foreignKeys: Expected?
    var counts: [Count] = []
    var relations: [Relation] = []
    var queries: [Query] = []
    var isolation: [Isolation] = []

    /// The file's path in a project.
    static let path = "config/health.yaml"
}

/// Reads the file and collects all problems.
struct HealthConfigurationReader {
    private var reader: YAMLReader

    /// The checks in a text.
    static func read(_ source: SourceText) throws(Diagnostics) -> HealthConfiguration {
        var reader = HealthConfigurationReader(reader: YAMLReader(source))
        let configuration = reader.configuration()
        try reader.reader.finish()
        return configuration
    }

    private mutating func configuration() -> HealthConfiguration {
        var result = HealthConfiguration()
        let sections = ["structure", "counts", "relations", "queries", "isolation"]
        guard let root = reader.root(),
            let mapping = reader.mapping(root, allowedKeys: sections, as: "the health checks")
        else { return result }
        if let node = mapping["structure"],
            let structure = reader.mapping(
                node, allowedKeys: ["tables", "indexes", "foreignKeys"], as: "the structure")
        {
            result.tables = structure["tables"].flatMap { expected($0, as: "the number of tables") }
            result.indexes = structure["indexes"].flatMap { expected($0, as: "the number of indexes") }
            result.foreignKeys = structure["foreignKeys"].flatMap { expected($0, as: "the number of foreign keys") }
        }
        if let node = mapping["counts"] { result.counts = counts(node, as: "the counts") }
        if let node = mapping["relations"] {
            result.relations = (reader.sequence(node, as: "the relations") ?? []).compactMap { relation($0) }
        }
        if let node = mapping["queries"] {
            result.queries = (reader.sequence(node, as: "the queries") ?? []).compactMap { query($0) }
        }
        if let node = mapping["isolation"] {
            result.isolation = (reader.sequence(node, as: "the isolation checks") ?? []).compactMap { isolation($0) }
        }
        return result
    }

    private mutating func counts(_ node: YAMLNode, as what: String) -> [HealthConfiguration.Count] {
        guard let mapping = reader.mapping(node, as: what) else { return [] }
        var counts: [HealthConfiguration.Count] = []
        for member in mapping.members {
            if let expected = expected(member.value, as: "the number of `\(member.key)`") {
                counts.append(.init(name: member.key.text, expected: expected))
            }
        }
        return counts
    }

    private mutating func relation(_ node: YAMLNode) -> HealthConfiguration.Relation? {
        guard let mapping = reader.mapping(node, allowedKeys: ["name", "sql", "rows", "show"], as: "a relation") else {
            return nil
        }
        let name = required("name", mapping, in: "a relation"), sql = required("sql", mapping, in: "a relation")
        let rows = mapping["rows"].map { expected($0, as: "the number of rows") } ?? .atLeast(1)
        let show = mapping["show"].map { reader.int($0, in: 0...100, as: "the number of rows to show") } ?? 0
        guard let name, let sql, let rows, let show else { return nil }
        return .init(name: name, sql: sql, rows: rows, show: show)
    }

    private mutating func query(_ node: YAMLNode) -> HealthConfiguration.Query? {
        let keys = ["name", "as", "graphql", "variables", "objects"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "a query") else { return nil }
        let name = required("name", mapping, in: "a query"), user = required("as", mapping, in: "a query")
        let document = required("graphql", mapping, in: "a query")
        var variables: [JSONMember] = []
        if let node = mapping["variables"], let members = reader.mapping(node, as: "the variables") {
            variables = members.members.map { JSONMember(key: $0.key, value: $0.value.jsonValue) }
        }
        let objects = mapping["objects"].map { counts($0, as: "the objects") } ?? []
        guard let name, let user, let document else { return nil }
        return .init(name: name, user: user, document: document, variables: variables, objects: objects)
    }

    private mutating func isolation(_ node: YAMLNode) -> HealthConfiguration.Isolation? {
        guard let mapping = reader.mapping(node, allowedKeys: ["as", "neverSees"], as: "an isolation check") else {
            return nil
        }
        let user = required("as", mapping, in: "an isolation check"),
            tenant = required("neverSees", mapping, in: "an isolation check")
        guard let user, let tenant else { return nil }
        return .init(user: user, foreignTenant: tenant)
    }

    private mutating func required(_ key: String, _ mapping: YAMLMapping, in what: String) -> String? {
        guard let node = mapping[key] else {
            reader.report("The key `\(key)` is missing in \(what).", at: mapping.range)
            return nil
        }
        return reader.string(node, as: "`\(key)`")
    }

    /// `3` or `{ atLeast: 3 }`.
    private mutating func expected(_ node: YAMLNode, as what: String) -> HealthConfiguration.Expected? {
        guard case .mapping = node.content else {
            return reader.int(node, in: 0...Int.max, as: what).map { .exactly($0) }
        }
        guard let mapping = reader.mapping(node, allowedKeys: ["atLeast"], as: what) else { return nil }
        guard let bound = mapping["atLeast"] else {
            reader.report("Expected \(what) as a number or as `{ atLeast: N }`.", at: node.range)
            return nil
        }
        return reader.int(bound, in: 0...Int.max, as: what).map { .atLeast($0) }
    }
}
