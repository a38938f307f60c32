import Diagnostics
import ExactText
import GraphQLSchema

/// The size limits of one filter; the defaults are those of an admin's rule.
public struct FilterLimits: Sendable, Hashable {
    /// Nested objects and lists. Guards against SQL that exceeds PostgreSQL's stack.
    public var depth: Int
    /// Operators and relations in one filter. Guards against statements of megabytes.
    public var conditions: Int
    /// Values in the list of one operator. Guards against conditions with a million comparisons.
    public var operands: Int

    /// Nested lists. Guards against filters on the rows of rows of rows.
    public var lists: Int

    public init(depth: Int = 40, conditions: Int = 1_000, operands: Int = 100_000, lists: Int = 40) {
        (self.depth, self.conditions, self.operands, self.lists) = (depth, conditions, operands, lists)
    }

    public enum Name: Sendable, Hashable { case depth, conditions, operands, lists }
}

/// Reads the language of `where` (interface, section 3) into a ``Condition`` and collects problems.
///
/// Several keys of an object are AND-ed; `{}` is true, `and: []` is true, `or: []` is false. Since
/// a forgotten variable leaves a null or an empty operator object behind, both are problems, except
/// a client's null in `distinctFrom` and `notDistinctFrom`.
///
/// ```swift
/// var reader = FilterReader<Source>(catalog: catalog)
/// let condition = reader.condition(source, of: type)
/// if let problem = reader.problems.first { throw problem }
/// ```
public struct FilterReader<Source: FilterSource> {
    public typealias Result = Condition<Source.Operand>

    public let catalog: Catalog
    public let limits: FilterLimits
    public private(set) var problems: [FilterProblem] = []
    private var conditions = 0
    /// Lists around the current position.
    private var lists = 0

    public init(catalog: Catalog, limits: FilterLimits = FilterLimits()) {
        (self.catalog, self.limits) = (catalog, limits)
    }

    /// The condition of a filter on the type; false if there are ``problems``.
    public mutating func condition(_ source: Source, of type: TypeBinding) -> Result {
        let before = problems.count
        let result = object(source, of: type, at: "", depth: 0)
        return problems.count == before ? result : .any([])
    }

    private mutating func report(
        _ message: String, hint: String? = nil, at path: String, _ range: SourceRange?, limit: FilterLimits.Name? = nil
    ) -> Result {
        problems.append(FilterProblem(message, hint: hint, path: path, range: range, limit: limit))
        return .any([])
    }

    private mutating func object(_ source: Source, of type: TypeBinding, at path: String, depth: Int) -> Result {
        guard depth <= limits.depth else {
            return report(
                "The filter is nested deeper than the \(limits.depth) levels that are allowed.", at: path, source.range,
                limit: .depth)
        }
        guard let entries = entries(source, expected: "a filter of \(type.name)", at: path) else { return .any([]) }
        if entries.isEmpty, !spend(at: path, source.range) { return .any([]) }
        var parts: [Result] = []
        for entry in entries {
            let place = path.isEmpty ? entry.key.text : "\(path).\(entry.key)"
            // A column's operators are counted individually.
            if type.column(entry.key.text) == nil, !spend(at: place, entry.keyRange) { return .any([]) }
            switch entry.key {
            case "and": parts.append(.all(list(entry.value, of: type, at: place, depth: depth)))
            case "or": parts.append(.any(list(entry.value, of: type, at: place, depth: depth)))
            case "not": parts.append(.not(object(entry.value, of: type, at: place, depth: depth + 1)))
            default: parts.append(field(entry, of: type, at: place, depth: depth))
            }
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    /// Counts one condition; false beyond the limit, which is reported once.
    private mutating func spend(at path: String, _ range: SourceRange?) -> Bool {
        conditions += 1
        if conditions == limits.conditions + 1 {
            _ = report(
                "The filter has more than the \(limits.conditions) conditions that are allowed.", at: path, range,
                limit: .conditions)
        }
        return conditions <= limits.conditions
    }

    /// The entries of an object; anything else is a problem.
    private mutating func entries(_ source: Source, expected: String, at path: String) -> [FilterEntry<Source>]? {
        switch source.shape {
        case .object(let entries): return entries
        case .null:
            _ = report(
                "Null says nothing here: leave the key out\(path.isEmpty ? "" : ", or ask for a missing value with `isNull: true`").",
                at: path, source.range)
        case .list, .leaf: _ = report("Expected \(expected) as an object.", at: path, source.range)
        }
        return nil
    }

    /// The items of `and` and `or`; a single object is coerced to a list, as in GraphQL.
    private mutating func list(_ source: Source, of type: TypeBinding, at path: String, depth: Int) -> [Result] {
        switch source.shape {
        case .list(let items):
            var parts: [Result] = []
            for (index, item) in items.enumerated() where conditions <= limits.conditions {
                parts.append(object(item, of: type, at: "\(path)[\(index)]", depth: depth + 1))
            }
            return parts
        case .object: return [object(source, of: type, at: path, depth: depth + 1)]
        case .null: return [report("Null says nothing here: leave the key out.", at: path, source.range)]
        case .leaf: return [report("Expected a list of filters of \(type.name).", at: path, source.range)]
        }
    }

    private mutating func field(
        _ entry: FilterEntry<Source>, of type: TypeBinding, at path: String, depth: Int
    ) -> Result {
        switch type.fields[entry.key] {
        case .column(let column)?, .computed(let column)?: return operators(entry.value, on: column, of: type, at: path)
        case .relation(let relation)?: return self.relation(relation, entry.value, at: path, depth: depth)
        case nil:
            let known = Array(type.fields.keys) + ["and", "or", "not"]
            return report(
                "\(type.name) has no field `\(entry.key)`.",
                hint: didYouMean(suggestion(for: entry.key.text, among: known)), at: path,
                entry.keyRange ?? entry.value.range)
        }
    }

    private mutating func relation(_ relation: RelationBinding, _ source: Source, at path: String, depth: Int) -> Result
    {
        guard let target = catalog.types[relation.target] else {
            return report("\(relation.target) has no table.", at: path, source.range)
        }
        if relation.cardinality == .one {
            return .toOne(relation, object(source, of: target, at: path, depth: depth + 1))
        }
        let words = Quantifier.allCases.map(\.rawValue)
        guard let entries = entries(source, expected: "`some`, `every` or `none`", at: path) else { return .any([]) }
        if entries.isEmpty {
            return report(
                "Name `some`, `every` or `none`: an object without them says nothing.", at: path, source.range)
        }
        guard lists < limits.lists else {
            return report(
                "The filter has lists within lists, more than the \(limits.lists) that are allowed within each other.",
                at: path, source.range, limit: .lists)
        }
        lists += 1
        defer { lists -= 1 }
        var parts: [Result] = []
        for entry in entries {
            let place = "\(path).\(entry.key)"
            if let quantifier = Quantifier(rawValue: entry.key.text) {
                parts.append(
                    .toMany(relation, quantifier, object(entry.value, of: target, at: place, depth: depth + 1)))
            } else {
                let hint =
                    didYouMean(suggestion(for: entry.key.text, among: words))
                    ?? "A list is asked with `some`, `every` or `none`."
                parts.append(
                    report(
                        "`\(entry.key)` is not known of the list `\(relation.field)`.", hint: hint, at: place,
                        entry.keyRange ?? entry.value.range))
            }
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func operators(
        _ source: Source, on column: ColumnBinding, of type: TypeBinding, at path: String
    ) -> Result {
        let typeName = catalog.fieldTypeName(column.field, of: type)
        let known = column.type.comparisons(isID: typeName == "ID")
        guard
            let entries = entries(
                source,
                expected: "operators on \(column.field), such as `{ \(known.first?.rawValue ?? "isNull"): … }`,",
                at: path)
        else { return .any([]) }
        if entries.isEmpty {
            return report(
                "Name an operator, such as `\(known.first?.rawValue ?? "isNull")`: an object without them says nothing.",
                at: path, source.range)
        }
        var parts: [Result] = []
        for entry in entries {
            let place = "\(path).\(entry.key)"
            guard spend(at: place, entry.keyRange) else { return .any([]) }
            guard let comparison = known.first(where: { $0.rawValue.hasSameBytes(as: entry.key.text) }) else {
                let words = known.map(\.rawValue)
                let hint =
                    didYouMean(suggestion(for: entry.key.text, among: words))
                    ?? "It has \(words.joined(separator: ", "))."
                parts.append(
                    report(
                        "The field `\(column.field)` of \(type.name) has no operator `\(entry.key)`.", hint: hint,
                        at: place, entry.keyRange ?? entry.value.range))
                continue
            }
            parts.append(compare(column, comparison, entry.value, typeName: typeName, at: place))
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func compare(
        _ column: ColumnBinding, _ comparison: Comparison, _ source: Source, typeName: String, at path: String
    ) -> Result {
        if case .null = source.shape, comparison == .distinctFrom || comparison == .notDistinctFrom,
            let flag = source.nullFlag(comparison == .notDistinctFrom)
        {
            return .compare(column, .isNull, flag)
        }
        if holdsNull(source) {
            return report(
                "`\(comparison.rawValue)` cannot be null: ask for a missing value with `isNull: true`.", at: path,
                source.range)
        }
        let use = FilterOperandUse(column: column, comparison: comparison, typeName: typeName)
        if use.form == .list, case .list(let items) = source.shape, items.count > limits.operands {
            return report(
                "`\(comparison.rawValue)` takes at most \(limits.operands) values; it is given \(items.count).",
                at: path, source.range, limit: .operands)
        }
        do throws(FilterProblem) {
            return .compare(column, comparison, try source.operand(use))
        } catch {
            return report(error.message, hint: error.hint, at: path, error.range ?? source.range)
        }
    }

    private func holdsNull(_ source: Source) -> Bool {
        switch source.shape {
        case .null: true
        case .list(let items): items.contains { if case .null = $0.shape { true } else { false } }
        case .object, .leaf: false
        }
    }
}

extension Catalog {
    /// The named type of a field, such as `DateTime`; empty for an unknown field.
    func fieldTypeName(_ field: String, of type: TypeBinding) -> String {
        schema.type(type.name)?.fields?[field]?.type.name ?? ""
    }
}
