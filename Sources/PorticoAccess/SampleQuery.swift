import GraphQLSchema

extension CompiledPolicy {
    /// A query that viewers of these rules can run: a list with a few fields and one relation, or
    /// what else their schema offers. It needs no quotation marks, so it can be quoted as a whole.
    public var sampleQuery: String { SampleQuery(self).text }
}

/// Picks typical fields in the order of the schema; deterministic for equal rules.
private struct SampleQuery {
    private static let rows = 5, relatedRows = 3, leaves = 3, relatedLeaves = 2

    private let rules: CompiledPolicy

    init(_ rules: CompiledPolicy) { self.rules = rules }

    var text: String {
        let fields = rules.schema.queryType.fields.elements.filter(isAskedWithoutArguments)
        let lists = fields.filter(isList).compactMap { field in rows(of: field).map { (field, $0) } }.filter {
            hasLeaf($0.1)
        }
        // A list with a relation shows more of GraphQL.
        if let (field, type) = lists.first(where: { relation(of: $0.1) != nil }) ?? lists.first {
            var selection = leaves(of: type, Self.leaves)
            if let (relation, target) = relation(of: type) {
                let related = leaves(of: target, Self.relatedLeaves).joined(separator: " ")
                selection.append("\(call(relation, Self.relatedRows)) { \(related) }")
            }
            return "{ \(call(field, Self.rows)) { \(selection.joined(separator: " ")) } }"
        }
        return "{ \(fields.first(where: isLeaf)?.name ?? "__typename") }"
    }

    // MARK: Fields

    private func call(_ field: FieldType, _ most: Int) -> String {
        guard isList(field), field.arguments["first"] != nil else { return field.name }
        return "\(field.name)(first: \(min(most, rules.limits[.first])))"
    }

    private func isAskedWithoutArguments(_ field: FieldType) -> Bool {
        field.deprecationReason == nil && !field.arguments.contains(where: \.isRequired)
    }

    private func isList(_ field: FieldType) -> Bool {
        if case .list = field.type.nullable { true } else { false }
    }

    private func isLeaf(_ field: FieldType) -> Bool {
        guard !isList(field), isAskedWithoutArguments(field) else { return false }
        switch rules.schema.type(field.type.name) {
        case .scalar?, .enum?: return true
        default: return false
        }
    }

    // MARK: Types

    /// The type of a field's rows; `nil` for connections, aggregates and other derived fields.
    private func rows(of field: FieldType) -> ObjectType? {
        let name = field.type.name
        guard rules.types[name] != nil, case .object(let type)? = rules.schema.type(name) else { return nil }
        return type
    }

    private func hasLeaf(_ type: ObjectType) -> Bool { type.fields.contains(where: isLeaf) }

    /// Prefers a relation to another type.
    private func relation(of type: ObjectType) -> (FieldType, ObjectType)? {
        let fields = type.fields.filter(isAskedWithoutArguments)
        let all = fields.compactMap { field in rows(of: field).map { (field, $0) } }.filter { hasLeaf($0.1) }
        return all.first { $0.1.name != type.name } ?? all.first
    }

    /// The id first, then fields that are not ids.
    private func leaves(of type: ObjectType, _ most: Int) -> [String] {
        let all = type.fields.filter(isLeaf)
        let id = all.first { $0.name == "id" }
        let telling = all.filter { $0.type.name != "ID" && $0.type.name != "JSON" }
        let chosen = ([id].compactMap(\.self) + telling).prefix(most)
        return (chosen.isEmpty ? all.prefix(most) : chosen).map(\.name)
    }
}
