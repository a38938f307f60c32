import Diagnostics
import ExactText
import YAMLTree

/// A value of a file and its place.
struct Stated<Value: Sendable>: Sendable {
    var value: Value
    var range: SourceRange
}

/// The contents of `resolvers/TYPE.yaml`; its form is checked, its names are not.
///
/// ```yaml
/// table: wordpress_sites               # or schema.table
/// key: id                              # the default is `id`; or [movieId, personId]
/// isolation: tenantId                  # or ticket.tenantId, or none, or { column: tenantId, unchecked: "views carry no keys" }
/// order: [createdAt DESC, id ASC]      # the key is the default
/// fields:                              # fields whose column or type is not the default
///   kind: { column: site_kind, type: varchar }
///   status: { enum: site_state, labels: { IN_PROGRESS: in-progress } }
/// columns:                             # used by isolation, order and relations, not shown as fields
///   tenantId: { column: tenant_id, type: text }
/// relations:
///   tenant: { by: tenantId }           # to one: this row's field, the target's key; `by: tenantId` is the default for `tenant`
///   messages: { via: ticketId }        # to many, or a unique one: the target's field, this row's key; `via: ticketId` is the default in `Ticket`
/// ```
struct ResolverFile: Sendable {
    struct Column: Sendable {
        var range: SourceRange
        var column: Stated<String>?
        var type: Stated<String>?
        var enumType: Stated<String>?
        var labels: [(value: Stated<String>, label: String)] = []
    }

    struct Relation: Sendable {
        var range: SourceRange
        var by: Stated<[Stated<String>]>?
        var via: Stated<[Stated<String>]>?
    }

    struct Order: Sendable {
        var field: String
        var direction: OrderDirection
        var range: SourceRange
    }

    let typeName: String
    let source: SourceText
    private(set) var table: TableName?
    private(set) var key: Stated<[Stated<String>]>?
    private(set) var isolation: Stated<String>?
    /// Why ``isolation`` ends at a tenant although no foreign key states it.
    private(set) var isolationTrust: String?
    private(set) var order: [Order] = []
    private(set) var fields: [ExactString: Column] = [:]
    private(set) var columns: [ExactString: Column] = [:]
    private(set) var relations: [ExactString: Relation] = [:]

    /// Reads the file; adds its problems to `problems`.
    init(_ source: SourceText, problems: inout [Diagnostic]) {
        typeName = source.stem
        self.source = source
        var reader = YAMLReader(source)
        read(&reader)
        problems += reader.diagnostics
    }

    private mutating func read(_ reader: inout YAMLReader) {
        let keys = ["table", "key", "isolation", "order", "fields", "columns", "relations"]
        guard let root = reader.root(), let mapping = reader.mapping(root, allowedKeys: keys, as: "a resolver file")
        else { return }
        if let node = mapping["table"] {
            table = Self.table(node, &reader)
        } else {
            reader.report(
                "The file does not say which table holds \(typeName).", at: mapping.range,
                hint: "Write `table: \(snakeCase(typeName))s`, or whatever its name is.")
        }
        key = mapping["key"].flatMap { Self.names($0, as: "`key`", &reader) }
        if let node = mapping["isolation"] { readIsolation(node, &reader) }
        order = mapping["order"].map { Self.order($0, &reader) } ?? []
        fields = mapping["fields"].map { Self.columns($0, as: "`fields`", &reader) } ?? [:]
        columns = mapping["columns"].map { Self.columns($0, as: "`columns`", &reader) } ?? [:]
        if let node = mapping["relations"] { relations = Self.relations(node, &reader) }
    }

    private mutating func readIsolation(_ node: YAMLNode, _ reader: inout YAMLReader) {
        guard case .mapping = node.content else {
            isolation = Self.stated(node, as: "`isolation`", &reader)
            return
        }
        guard let mapping = reader.mapping(node, allowedKeys: ["column", "unchecked"], as: "`isolation`") else {
            return
        }
        guard let column = mapping["column"] else {
            return reader.report("`isolation` does not say which column names the tenant.", at: mapping.range)
        }
        isolation = Self.stated(column, as: "`column`", &reader)
        guard let reason = mapping["unchecked"] else { return }
        isolationTrust = reader.string(reason, as: "`unchecked`")
        if isolationTrust?.allSatisfy(\.isWhitespace) == true {
            reader.report(
                "`unchecked` says why no foreign key can be compared with the path.", at: reason.range,
                hint: "Write a reason, such as \"views carry no keys\".")
        }
    }

    private static func stated(_ node: YAMLNode, as what: String, _ reader: inout YAMLReader) -> Stated<String>? {
        reader.string(node, as: what).map { Stated(value: $0, range: node.range) }
    }

    /// One name, or a list of names.
    private static func names(
        _ node: YAMLNode, as what: String, _ reader: inout YAMLReader
    ) -> Stated<[Stated<String>]>? {
        guard case .sequence(let items) = node.content else {
            return stated(node, as: what, &reader).map { Stated(value: [$0], range: node.range) }
        }
        if items.isEmpty { reader.report("\(what) names at least one column.", at: node.range) }
        var names: [Stated<String>] = []
        for item in items {
            guard let name = stated(item, as: "an item of \(what)", &reader) else { return nil }
            if names.contains(where: { $0.value.hasSameBytes(as: name.value) }) {
                reader.report("`\(name.value)` stands twice in \(what).", at: name.range)
                return nil
            }
            names.append(name)
        }
        return names.isEmpty ? nil : Stated(value: names, range: node.range)
    }

    private static func table(_ node: YAMLNode, _ reader: inout YAMLReader) -> TableName? {
        guard let text = reader.string(node, as: "`table`") else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, parts.allSatisfy({ checkIdentifier($0, node.range, &reader) }) else {
            if parts.count > 2 { reader.report("A table is named `table` or `schema.table`.", at: node.range) }
            return nil
        }
        return parts.count == 2 ? TableName(schema: parts[0], name: parts[1]) : TableName(name: text)
    }

    /// Whether the name is valid in PostgreSQL, which truncates longer ones silently.
    private static func checkIdentifier(_ name: String, _ range: SourceRange, _ reader: inout YAMLReader) -> Bool {
        let isFit = !name.isEmpty && name.utf8.count <= 63 && !name.utf8.contains(0)
        if !isFit { reader.report("A name in PostgreSQL has 1 to 63 bytes.", at: range) }
        return isFit
    }

    private static func order(_ node: YAMLNode, _ reader: inout YAMLReader) -> [Order] {
        guard let items = reader.sequence(node, as: "`order`") else { return [] }
        return items.compactMap { item in
            guard let text = reader.string(item, as: "an item of `order`") else { return nil }
            let words = text.split(separator: " ").map(String.init)
            let directions = OrderDirection.allCases.map(\.rawValue)
            guard let field = words.first, words.count <= 2 else {
                reader.report("Expected a field and its direction, such as `createdAt DESC`.", at: item.range)
                return nil
            }
            guard words.count == 2 else { return Order(field: field, direction: .ascending, range: item.range) }
            guard let direction = OrderDirection(rawValue: words[1]) else {
                let hint =
                    didYouMean(suggestion(for: words[1], among: directions))
                    ?? "Known are: \(directions.joined(separator: ", "))."
                reader.report("`\(words[1])` is not a direction.", at: item.range, hint: hint)
                return nil
            }
            return Order(field: field, direction: direction, range: item.range)
        }
    }

    private static func columns(_ node: YAMLNode, as what: String, _ reader: inout YAMLReader) -> [ExactString: Column]
    {
        guard let mapping = reader.mapping(node, as: what) else { return [:] }
        var result: [ExactString: Column] = [:]
        for member in mapping.members {
            guard
                let inner = reader.mapping(
                    member.value, allowedKeys: ["column", "type", "enum", "labels"], as: "the field `\(member.key)`")
            else { continue }
            var column = Column(range: member.keyRange)
            column.column = inner["column"].flatMap { stated($0, as: "`column`", &reader) }
            if let name = column.column, !checkIdentifier(name.value, name.range, &reader) { column.column = nil }
            column.type = inner["type"].flatMap { stated($0, as: "`type`", &reader) }
            column.enumType = inner["enum"].flatMap { stated($0, as: "`enum`", &reader) }
            if let labels = inner["labels"].flatMap({ reader.mapping($0, as: "`labels`") }) {
                column.labels = labels.members.compactMap { label in
                    reader.string(label.value, as: "a label").map {
                        (Stated(value: label.key.text, range: label.keyRange), $0)
                    }
                }
            }
            result[member.key] = column
        }
        return result
    }

    private static func relations(_ node: YAMLNode, _ reader: inout YAMLReader) -> [ExactString: Relation] {
        guard let mapping = reader.mapping(node, as: "`relations`") else { return [:] }
        var result: [ExactString: Relation] = [:]
        for member in mapping.members {
            guard
                let inner = reader.mapping(
                    member.value, allowedKeys: ["by", "via"], as: "the relation `\(member.key)`")
            else { continue }
            let relation = Relation(
                range: member.keyRange, by: inner["by"].flatMap { names($0, as: "`by`", &reader) },
                via: inner["via"].flatMap { names($0, as: "`via`", &reader) })
            if inner.members.count != 1 {
                reader.report(
                    "A relation has one of `by` (a field of this type) and `via` (a field of the target).",
                    at: member.keyRange)
            } else {
                result[member.key] = relation
            }
        }
        return result
    }
}
