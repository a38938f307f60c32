import Diagnostics
import ExactText
import GraphQLLanguage
import PorticoCatalog
import Testing

/// A filter in GraphQL's own notation; an operand is its printed literal.
private struct LiteralSource: FilterSource {
    let value: Value

    var shape: FilterShape<LiteralSource> {
        switch value {
        case .null: .null
        case .object(let fields, _):
            .object(fields.map { FilterEntry(key: ExactString($0.name.value), value: LiteralSource(value: $0.value)) })
        case .list(let items, _): .list(items.map(LiteralSource.init))
        case .variable, .int, .float, .string, .boolean, .enumValue: .leaf
        }
    }

    func nullFlag(_ isNull: Bool) -> String? { "null \(isNull)" }

    func operand(_ use: FilterOperandUse) throws(FilterProblem) -> String {
        "\(use.form) \(DocumentPrinter.print(value))"
    }
}

@Suite struct FilterReaderTests {
    private struct NoFilter: Error {}

    private func read(_ text: String) throws -> (Condition<String>, [String]) {
        let catalog = try SmallProject().load()
        var reader = FilterReader<LiteralSource>(catalog: catalog)
        let document = try parse(SourceText(name: "", "{ f(where: \(text)) }"))
        guard case .operation(let operation)? = document.definitions.first,
            case .field(let field)? = operation.selectionSet.selections.first
        else { throw NoFilter() }
        let condition = reader.condition(
            LiteralSource(value: field.arguments[0].value), of: try #require(catalog.types["Note"]))
        return (condition, reader.problems.map { "\($0.path): \($0.message)" + ($0.hint.map { " → \($0)" } ?? "") })
    }

    /// Conditions in a short notation of their own.
    private func show(_ condition: Condition<String>) -> String {
        switch condition {
        case .all(let items): "all(\(items.map(show).joined(separator: ", ")))"
        case .any(let items): "any(\(items.map(show).joined(separator: ", ")))"
        case .not(let inner): "not(\(show(inner)))"
        case .compare(let column, let comparison, let operand): "\(column.field) \(comparison.rawValue) <\(operand)>"
        case .toOne(let relation, let inner): "\(relation.field)(\(show(inner)))"
        case .toMany(let relation, let quantifier, let inner): "\(quantifier) \(relation.field)(\(show(inner)))"
        }
    }

    @Test(arguments: [
        ("{}", "all()"), ("{ and: [] }", "all()"), ("{ or: [] }", "any()"), ("{ not: {} }", "not(all())"),
        ("{ text: { eq: \"a\" } }", "text eq <value \"a\">"),
        ("{ text: { eq: \"a\", ne: \"b\" } }", "all(text eq <value \"a\">, text ne <value \"b\">)"),
        (
            "{ id: { distinctFrom: \"a\", notDistinctFrom: null } }",
            "all(id distinctFrom <value \"a\">, id isNull <null true>)"
        ),
        ("{ text: { distinctFrom: null } }", "text isNull <null false>"),
        ("{ id: { eq: \"a\" }, text: { like: \"b\" } }", "all(id eq <value \"a\">, text like <text \"b\">)"),
        ("{ or: [{ id: { in: [] } }, {}] }", "any(id in <list []>, all())"),
        ("{ or: { id: { isNull: true } } }", "any(id isNull <flag true>)"),
        (
            "{ tags: { has: \"a\", hasAny: [\"b\"], isEmpty: false } }",
            "all(tags has <value \"a\">, tags hasAny <list [\"b\"]>, tags isEmpty <flag false>)"
        ),
        (
            "{ data: { contains: { a: 1 }, hasKey: \"a\" } }",
            "all(data contains <value {a: 1}>, data hasKey <text \"a\">)"
        ),
        ("{ text: { contains: \"a\" } }", "text contains <text \"a\">"), ("{ owner: {} }", "owner(all())"),
        (
            "{ owner: { notes: { some: { id: { eq: \"a\" } }, none: {} } } }",
            "owner(all(some notes(id eq <value \"a\">), none notes(all())))"
        ),
    ]) func reads(_ text: String, _ expected: String) throws {
        let (condition, problems) = try read(text)
        #expect(problems == [])
        #expect(show(condition) == expected)
    }

    @Test(arguments: [
        ("{ id: {} }", ["id: Name an operator, such as `eq`: an object without them says nothing."]),
        (
            "{ owner: { notes: {} } }",
            ["owner.notes: Name `some`, `every` or `none`: an object without them says nothing."]
        ),
        ("{ id: { eq: null } }", ["id.eq: `eq` cannot be null: ask for a missing value with `isNull: true`."]),
        ("{ id: { in: [\"a\", null] } }", ["id.in: `in` cannot be null: ask for a missing value with `isNull: true`."]),
        (
            "{ id: null, text: { eq: null } }",
            [
                "id: Null says nothing here: leave the key out, or ask for a missing value with `isNull: true`.",
                "text.eq: `eq` cannot be null: ask for a missing value with `isNull: true`.",
            ]
        ),
        ("{ and: null }", ["and: Null says nothing here: leave the key out."]),
        ("{ and: [{}, { nott: {} }] }", ["and[1].nott: Note has no field `nott`. → Did you mean \"not\"?"]),
        (
            "{ id: { gt: \"a\" } }",
            [
                "id.gt: The field `id` of Note has no operator `gt`. → It has eq, ne, in, notIn, isNull, distinctFrom, notDistinctFrom."
            ]
        ),
        (
            "{ owner: { notes: { sme: {} } } }",
            ["owner.notes.sme: `sme` is not known of the list `notes`. → Did you mean \"some\"?"]
        ),
        ("[]", [": Expected a filter of Note as an object."]),
        ("{ id: \"a\" }", ["id: Expected operators on id, such as `{ eq: … }`, as an object."]),
        ("{ or: 1 }", ["or: Expected a list of filters of Note."]),
    ]) func refuses(_ text: String, _ expected: [String]) throws {
        let (condition, problems) = try read(text)
        #expect(problems == expected)
        #expect(show(condition) == "any()")
    }

    @Test func boundsDepthAndSize() throws {
        let deep = String(repeating: "{ not: ", count: 41) + "{}" + String(repeating: " }", count: 41)
        #expect(
            try read(deep).1.map { $0.split(separator: ": ").last.map(String.init) } == [
                "The filter is nested deeper than the 40 levels that are allowed."
            ])
        let wide = "{ or: [" + String(repeating: "{ id: { eq: \"a\" } },", count: 1_500) + "] }"
        #expect(
            try read(wide).1.map { $0.split(separator: ": ").last.map(String.init) } == [
                "The filter has more than the 1000 conditions that are allowed."
            ])
    }
}
