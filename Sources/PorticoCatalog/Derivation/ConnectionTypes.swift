import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// `TicketConnection`, the type of `ticketsConnection`: pages with `TicketEdge` and `PageInfo`.
///
/// Follows the GraphQL Cursor Connections Specification (Relay), plus `nodes` and `totalCount`.
struct ConnectionTypes {
    let schema: Schema

    static let pageInfoName = "PageInfo"

    static func name(of type: String) -> String { "\(type)Connection" }
    static func edgeName(of type: String) -> String { "\(type)Edge" }

    /// `ticketsConnection(where: …, orderBy: …, first: …, after: …, last: …, before: …):
    /// TicketConnection!`, with the visibility and deprecation of its list.
    static func field(beside list: FieldDefinition, orders: OrderTypes) -> FieldDefinition {
        let target = list.type.namedType.value, range = list.name.range
        var arguments = [
            derivedInput(
                "where", .derived(FilterTypes.name(of: target), range: range), "Only rows for which this holds.",
                range: range)
        ]
        if orders.hasFields(target) {
            let description = "One field per object, the most important first; the key decides last."
            arguments.append(
                derivedInput(
                    "orderBy", .derivedList(OrderTypes.name(of: target), range: range), description, range: range))
        }
        arguments += [
            derivedInput(
                "first", .derived("Int", range: range), "At most this many rows from the start, or behind `after`.",
                range: range),
            derivedInput("after", .derived("String", range: range), "A cursor: only rows behind it.", range: range),
            derivedInput(
                "last", .derived("Int", range: range),
                "At most this many rows from the end, or before `before`; not together with `first`.", range: range),
            derivedInput("before", .derived("String", range: range), "A cursor: only rows before it.", range: range),
        ]
        return FieldDefinition(
            description: derivedDescription("`\(list.name.value)` page by page."),
            name: Name("\(list.name.value)Connection", range: range), arguments: arguments,
            type: .nonNull(.derived(name(of: target), range: range), range),
            directives: list.directives.filter { $0.name.value != ListDirective.name }, range: range)
    }

    // MARK: Types

    /// The types of connections to `targets`, in their order; empty without targets.
    func definitions(of targets: [String]) -> [TypeDefinition] {
        let own = targets.flatMap { target -> [TypeDefinition] in
            let range = schema.type(target)?.fields?.elements.first?.range ?? .none
            return [connection(to: target, range), edge(to: target, range)]
        }
        return own.isEmpty ? [] : own + [Self.pageInfo]
    }

    private func connection(to target: String, _ range: SourceRange) -> TypeDefinition {
        object(
            Self.name(of: target), "A page of a list of \(target).", range,
            [
                field("edges", list(Self.edgeName(of: target), range), "The rows with their cursors.", range),
                field("nodes", list(target, range), "The rows alone.", range),
                field(
                    "pageInfo", .nonNull(.derived(Self.pageInfoName, range: range), range),
                    "What lies before and behind the page.", range),
                field(
                    "totalCount", .nonNull(.derived("Int", range: range), range),
                    "How many rows there are on all pages; counted when it is asked for.", range),
            ])
    }

    private func edge(to target: String, _ range: SourceRange) -> TypeDefinition {
        object(
            Self.edgeName(of: target), "A row of a page and its cursor.", range,
            [
                field(
                    "cursor", .nonNull(.derived("String", range: range), range),
                    "The place of the row, for `after` and `before` of the same field, order, filter and viewer.", range
                ),
                field("node", .nonNull(.derived(target, range: range), range), "The row.", range),
            ])
    }

    private static let pageInfo: TypeDefinition = {
        func flag(_ name: String, _ description: String) -> FieldDefinition {
            FieldDefinition(
                description: derivedDescription(description), name: Name(name),
                type: .nonNull(.derived("Boolean", range: .none), .none))
        }
        func cursor(_ name: String, _ description: String) -> FieldDefinition {
            FieldDefinition(
                description: derivedDescription(description), name: Name(name), type: .derived("String", range: .none))
        }
        return TypeDefinition(
            description: derivedDescription("What lies before and behind a page."), name: Name(pageInfoName),
            kind: .object(
                interfaces: [],
                fields: [
                    flag(
                        "hasNextPage",
                        "Whether rows follow the page; with `last`, whether there are any from `before` on."),
                    flag(
                        "hasPreviousPage",
                        "Whether rows precede the page; with `first`, whether there are any up to `after`."),
                    cursor("startCursor", "The cursor of the first row; null where the page has none."),
                    cursor("endCursor", "The cursor of the last row; null where the page has none."),
                ]))
    }()

    private func object(
        _ name: String, _ description: String, _ range: SourceRange, _ fields: [FieldDefinition]
    ) -> TypeDefinition {
        TypeDefinition(
            description: derivedDescription(description), name: Name(name, range: range),
            kind: .object(interfaces: [], fields: fields), range: range)
    }

    private func field(
        _ name: String, _ type: TypeReference, _ description: String, _ range: SourceRange
    ) -> FieldDefinition {
        FieldDefinition(
            description: derivedDescription(description), name: Name(name, range: range), type: type, range: range)
    }

    private func list(_ name: String, _ range: SourceRange) -> TypeReference {
        .nonNull(.derivedList(name, range: range), range)
    }
}
