import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLSchema
import JSONBytes
import PorticoCatalog
import YAMLTree

/// Reads `config/access/tests.yaml` and collects its problems.
public struct AccessSuiteReader {
    /// Stands for every viewer that a table does not name.
    static let others = "others"

    let catalog: Catalog
    /// The names of the roles.
    let roles: [String]
    /// The bytes of a file of the project; `nil` if it cannot be read.
    let file: (String) -> [UInt8]?
    var reader: YAMLReader
    var suite: AccessSuite
    private var queries: [ExactString: StatedQuery] = [:]
    /// Including invalid ones, so that tables that name them are not reported as well.
    private var viewerNames: [String] = []
    private var queryNames: [String] = []
    private var tooMany = false

    /// The suite in a text. Throws every problem, each with its place.
    ///
    /// - Parameters:
    ///   - roles: The names of all roles.
    ///   - file: Returns the bytes of a file by its path in the project's folder, `nil` if it
    ///     cannot be read.
    public static func read(
        _ source: SourceText, catalog: Catalog, roles: [String], file: @escaping (String) -> [UInt8]?
    ) throws(Diagnostics) -> AccessSuite {
        var reader = AccessSuiteReader(
            catalog: catalog, roles: roles, file: file, reader: YAMLReader(source), suite: AccessSuite(source: source))
        reader.read()
        try reader.reader.finish()
        return reader.suite
    }

    private mutating func read() {
        let limits = YAMLLimits(bytes: AccessSuiteLimits.bytes, nodes: AccessSuiteLimits.nodes)
        let sections = ["now", "viewers", "queries", "fixtures", "fields", "tests"]
        guard let root = reader.root(limits: limits),
            let mapping = reader.mapping(root, allowedKeys: sections, as: "the access tests")
        else { return }
        if let node = mapping["now"] { suite.now = moment(node) }
        if let node = mapping["viewers"] { readViewers(node) }
        if let node = mapping["queries"], let stated = reader.mapping(node, as: "`queries`") {
            queryNames = stated.members.map(\.key.text)
            for member in stated.members { queries[member.key] = query(member.value, named: member.key.text) }
        }
        if let node = mapping["fixtures"] { readFixtures(node) }
        if let node = mapping["fields"] { readFields(node) }
        if let node = mapping["tests"] {
            for item in reader.sequence(node, as: "`tests`") ?? [] { readTest(item) }
        }
    }

    private mutating func moment(_ node: YAMLNode) -> [UInt8]? {
        guard let text = reader.string(node, as: "`now`") else { return nil }
        do throws(CoercionFailure) { return try parameterText(.string(text), for: .timestamptz) } catch {
            reader.report(error.message, at: node.range)
            return nil
        }
    }

    // MARK: Viewers

    private mutating func readViewers(_ node: YAMLNode) {
        guard let mapping = reader.mapping(node, as: "`viewers`") else { return }
        if mapping.members.count > AccessSuiteLimits.viewers {
            reader.report(
                "There are \(mapping.members.count) viewers; at most \(AccessSuiteLimits.viewers) are allowed.",
                at: node.range)
            return
        }
        viewerNames = mapping.members.map(\.key.text)
        for member in mapping.members {
            if member.key.text == Self.others || member.key.text.contains(",") {
                reader.report(
                    "`\(member.key)` cannot be the name of a viewer: it stands for several.", at: member.keyRange)
            } else if let viewer = viewer(member) {
                suite.viewers.append(viewer)
            }
        }
    }

    private mutating func viewer(_ member: YAMLMember) -> StatedViewer? {
        let keys = ["user", "role", "tenant", "tenants", "id", "claims"]
        guard let mapping = reader.mapping(member.value, allowedKeys: keys, as: "the viewer `\(member.key)`") else {
            return nil
        }
        let claims = mapping["claims"].map { self.claims($0) } ?? [:]
        if let node = mapping["user"] {
            for other in mapping.members where ["role", "tenant", "tenants", "id"].contains(other.key) {
                let hint = "Leave out `user` to state a viewer whole."
                reader.report(
                    "A viewer by the row of its user takes `\(other.key)` from there.", at: other.keyRange, hint: hint)
            }
            guard let user = reader.string(node, as: "`user`") else { return nil }
            return StatedViewer(name: member.key.text, identity: .user(user), claims: claims, range: member.keyRange)
        }
        guard let node = mapping["role"], let role = reader.string(node, as: "`role`") else {
            if mapping["role"] == nil {
                reader.report("The viewer `\(member.key)` has neither a `user` nor a `role`.", at: member.keyRange)
            }
            return nil
        }
        guard roles.contains(role) else {
            reader.report("There is no role `\(role)`.", at: node.range, hint: alternatives(to: role, among: roles))
            return nil
        }
        let tenant = mapping["tenant"].flatMap { reader.string($0, as: "`tenant`") },
            id = mapping["id"].flatMap { reader.string($0, as: "`id`") }
        let tenants = mapping["tenants"].flatMap { reader.strings($0, as: "`tenants`") }
        return StatedViewer(
            name: member.key.text, identity: .stated(id: id, role: role, tenant: tenant, tenants: tenants),
            claims: claims, range: member.keyRange)
    }

    /// Scalars, as text.
    private mutating func claims(_ node: YAMLNode) -> [ExactString: String] {
        guard let mapping = reader.mapping(node, as: "`claims`") else { return [:] }
        var claims: [ExactString: String] = [:]
        for member in mapping.members {
            claims[member.key] = reader.string(member.value, as: "the claim `\(member.key)`")
        }
        return claims
    }

    /// The viewers that a key of a table names, such as `owner, agent` or `others`.
    mutating func viewers(_ member: YAMLMember, in table: YAMLMapping) -> [String] {
        let known = viewerNames
        func names(_ key: String) -> [String] {
            key.split(separator: ",").map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
        }
        if member.key.text == Self.others {
            let named = Set(table.members.filter { $0.key.text != Self.others }.flatMap { names($0.key.text) })
            return known.filter { !named.contains($0) }
        }
        return names(member.key.text).filter { name in
            if known.contains(name) { return true }
            let all = known.isEmpty ? "The file states no viewers." : "There are: \(known.joined(separator: ", "))."
            let hint = didYouMean(suggestion(for: name, among: known + [Self.others])) ?? all
            reader.report("There is no viewer `\(name)`.", at: member.keyRange, hint: hint)
            return false
        }
    }

    /// Adds a case; reports once if the limit is exceeded.
    mutating func add(_ test: AccessCase) {
        guard suite.cases.count >= AccessSuiteLimits.cases else { return suite.cases.append(test) }
        if !tooMany {
            reader.report(
                "There are more than \(AccessSuiteLimits.cases) pairs of a test and a viewer.", at: test.range)
        }
        tooMany = true
    }

    // MARK: Queries

    /// A document, or a mapping with one.
    mutating func query(_ node: YAMLNode, named name: String) -> StatedQuery? {
        if case .scalar = node.content {
            return reader.string(node, as: "a query").flatMap {
                parsed(StatedQuery(document: Array($0.utf8), variables: []), at: node)
            }
        }
        let keys = ["graphql", "file", "operation", "variables"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the query `\(name)`") else { return nil }
        var query = StatedQuery(document: [], variables: variables(mapping))
        query.operation = mapping["operation"].flatMap { reader.string($0, as: "`operation`") }
        switch (mapping["graphql"], mapping["file"]) {
        case (let text?, nil):
            guard let document = reader.string(text, as: "`graphql`") else { return nil }
            query.document = Array(document.utf8)
            return parsed(query, at: text)
        case (nil, let path?):
            guard let path = reader.string(path, as: "`file`") else { return nil }
            guard let bytes = file(path) else {
                reader.report(
                    "The file \(path) cannot be read.", at: mapping["file"]?.range,
                    hint: "Paths begin at the project's folder.")
                return nil
            }
            query.document = bytes
            return parsed(query, at: mapping["file"] ?? node)
        case (nil, nil), (_?, _?):
            reader.report("A query has either `graphql` or `file`.", at: node.range)
            return nil
        }
    }

    private mutating func variables(_ mapping: YAMLMapping) -> [JSONMember] {
        guard let node = mapping["variables"], let members = reader.mapping(node, as: "`variables`")?.members else {
            return []
        }
        return members.map { JSONMember(key: $0.key, value: $0.value.jsonValue) }
    }

    /// The query with its roots; reports a document that cannot be parsed.
    private mutating func parsed(_ query: StatedQuery, at node: YAMLNode) -> StatedQuery? {
        let source = SourceText(name: "", bytes: query.document)
        let document: Document
        do throws(SyntaxError) {
            document = try parse(source, allow: .executable)
        } catch {
            let place = source.position(at: Int(error.range.start))
            reader.report(
                "The document cannot be parsed, at its line \(place.line), column \(place.column): \(error.message)",
                at: node.range, hint: error.hint)
            return nil
        }
        var query = query
        query.roots = []
        for case .operation(let operation) in document.definitions
        where query.operation == nil || operation.name?.value == query.operation {
            for case .field(let field) in operation.selectionSet.selections {
                query.roots.append(StatedQuery.RootField(name: field.name.value, key: field.responseKey.value))
            }
        }
        return query
    }

    // MARK: Tests

    private mutating func readTest(_ node: YAMLNode) {
        let keys = ["name", "query", "file", "variables", "operation", "at", "expect"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "a test") else { return }
        guard let nameNode = mapping["name"], let name = reader.string(nameNode, as: "`name`") else {
            if mapping["name"] == nil { reader.report("The test has no `name`.", at: node.range) }
            return
        }
        guard let table = mapping["expect"] else {
            reader.report(
                "The test expects nothing.", at: nameNode.range, hint: "Write `expect:` with a line for each viewer.")
            return
        }
        guard let query = query(of: mapping, name: nameNode), let rows = reader.mapping(table, as: "`expect`") else {
            return
        }
        let only = query.roots.count == 1 ? query.roots.first?.key : nil
        let path = (mapping["at"].flatMap { reader.string($0, as: "`at`") } ?? only).map { ResponsePath($0) }
        for row in rows.members {
            guard let expectation = expectation(row.value, of: query, at: path) else { continue }
            for viewer in viewers(row, in: rows) {
                add(AccessCase(test: name, viewer: viewer, subject: .query(query, expectation), range: row.keyRange))
            }
        }
    }

    /// The named query, or an inline document.
    private mutating func query(of mapping: YAMLMapping, name: YAMLNode) -> StatedQuery? {
        var found: StatedQuery?
        switch (mapping["query"], mapping["file"]) {
        case (let node?, nil):
            guard let text = reader.string(node, as: "`query`") else { return nil }
            if text.contains("{") {
                found = parsed(StatedQuery(document: Array(text.utf8), variables: []), at: node)
            } else if let known = queries[text] {
                found = known
            } else if !queryNames.contains(text) {
                let hint =
                    didYouMean(suggestion(for: text, among: queryNames))
                    ?? "Name one of `queries`, or write a document in its place."
                reader.report("There is no query `\(text)`.", at: node.range, hint: hint)
            }
        case (nil, let node?):
            let whole = YAMLNode(
                .mapping([YAMLMember(key: "file", keyRange: node.range, value: node)]), range: node.range)
            found = query(whole, named: "file")
        case (nil, nil), (_?, _?): reader.report("A test has either `query` or `file`.", at: name.range)
        }
        guard var found else { return nil }
        if let node = mapping["operation"], let operation = reader.string(node, as: "`operation`") {
            found.operation = operation
            found = parsed(found, at: node) ?? found
        }
        // A test's own variables override those of the query.
        let own = variables(mapping)
        found.variables = found.variables.filter { member in !own.contains { $0.key == member.key } } + own
        return found
    }
}
