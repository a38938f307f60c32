import GraphQLSchema
import PorticoCatalog

/// Client filters and values for ``ProofOperations``.
///
/// A comparison of columns reads no table, so one represents all; relations do, so all are covered.
struct ProofFilters {
    let schema: Schema
    let catalog: Catalog
    let isSmall: Bool

    /// Each relation with each quantifier: by itself, under `or`, under `not`, and behind each
    /// relation that leads to its type.
    func large(_ type: String) -> String {
        guard let fields = input(type) else { return "{}" }
        let each = object(type) { _ in "{}" }
        if each == "{}" { return "{or: [{}, {not: {}}]}" }
        if isSmall { return small(type) }
        let behind = fields.compactMap { field -> String? in
            guard let relation = catalog.types[type]?.relation(field.name) else { return nil }
            let inner = object(relation.target, quantifiers: ["some"]) { _ in "{}" }
            return relation.cardinality == .one ? "{\(field.name): \(inner)}" : "{\(field.name): {every: \(inner)}}"
        }
        return "{and: [\(each), {or: [\(each), {}]}, {not: \(each)}, \(behind.joined(separator: ", "))]}"
    }

    /// Every relation once, with one quantifier.
    func small(_ type: String) -> String { "{or: [\(object(type, quantifiers: ["some"]) { _ in "{}" })]}" }

    /// A filter by tenant, which changes the tenant condition's form; `nil` if impossible.
    func pinned(_ type: String) -> String? {
        guard case .column(let column)? = catalog.types[type]?.isolation, let fields = input(type),
            let field = fields.first(where: { $0.name == column.field }),
            let scalar = schema.type(type)?.fields?[column.field]?.type.name
        else { return nil }
        return "{\(field.name): {eq: \(sample(column.type, scalar))}}"
    }

    private func input(_ type: String) -> InputMap? {
        let name = "\(type)Filter"
        guard catalog.derived[name] == .filter(of: type), case .inputObject(let filter)? = schema.type(name) else {
            return nil
        }
        return filter.fields
    }

    /// All relations of a type in one object.
    private func object(
        _ type: String, quantifiers: [String] = ["some", "every", "none"], inner: (String) -> String
    ) -> String {
        guard let fields = input(type) else { return "{}" }
        let keys = fields.compactMap { field -> String? in
            guard let relation = catalog.types[type]?.relation(field.name) else { return nil }
            if relation.cardinality == .one { return "\(field.name): \(inner(relation.target))" }
            return "\(field.name): {\(quantifiers.map { "\($0): \(inner(relation.target))" }.joined(separator: ", "))}"
        }
        return "{\(keys.joined(separator: ", "))}"
    }

    // MARK: Values

    /// A literal of a scalar or an enum for a column of the type.
    func sample(_ column: ColumnType, _ type: String) -> String {
        if case .enum(let values)? = schema.type(type) { return values.values.names.first ?? "null" }
        switch type {
        case "Int": return "1"
        case "Float": return "1.5"
        case "Boolean": return "true"
        default: break
        }
        switch column {
        case .int2, .int4, .int8, .numeric, .float4, .float8: return "\"1\""
        case .uuid: return "\"00000000-0000-0000-0000-000000000000\""
        case .timestamptz, .timestamp: return "\"2025-01-01T00:00:00Z\""
        case .date: return "\"2025-01-01\""
        case .bool: return "true"
        case .json, .jsonb: return "{}"
        case .text, .varchar, .bpchar, .citext, .enum, .array: return "\"x\""
        }
    }
}
