import GraphQLSchema
import PorticoCatalog
import PostgresSQL

/// A column that rows are grouped by, as a whole or by periods.
struct GroupKey: Hashable {
    let column: ColumnBinding
    let part: DatePart?

    /// The value that all rows of a group share.
    func expression(_ row: RowReference) -> Expression {
        let value = row.column(column)
        guard let part else { return value }
        switch column.type {
        case .timestamptz:
            return Self.within(
                value, "timestamptz", .call(.dateTrunc, [.literal(part.literal), value, .literal(.utc)]))
        case .date:
            return Self.within(
                value, "date", .cast(.call(.dateTrunc, [.literal(part.literal), .cast(value, "timestamp")]), "date"))
        default: return Self.within(value, "timestamp", .call(.dateTrunc, [.literal(part.literal), value]))
        }
    }

    /// Truncation could leave the type's range beyond the years that an answer can represent.
    /// Values there form one group at either end, which the answer shows like any such moment.
    private static func within(_ value: Expression, _ type: String, _ truncated: Expression) -> Expression {
        let later = Expression.choice(
            .binary(value, .greaterOrEqual, .cast(.literal(.firstMomentPastTheLast), type)),
            then: .cast(.literal(.positiveInfinity), type), otherwise: truncated)
        return .choice(
            .binary(value, .less, .cast(.literal(.firstMoment), type)), then: .cast(.literal(.negativeInfinity), type),
            otherwise: later)
    }

    // MARK: Reading

    /// The keys of a `groupBy`: at least one, each field once, periods for dates only. Throws
    /// ``ClientError`` with the place inside the argument.
    static func read(
        _ argument: ShapedValue?, on binding: TypeBinding, readable: Set<String>
    ) throws(ClientError) -> [GroupKey] {
        let items: [ShapedValue]
        switch argument {
        case .list(let list)?: items = list
        case .object?: items = argument.map { [$0] } ?? []
        case .constant?, .open?, nil: items = []
        }
        var keys: [GroupKey] = []
        for (index, item) in items.enumerated() {
            let place = "keys[\(index)]"
            guard case .object(let members) = item, case .constant(.enumValue(let name))? = member("field", members),
                let column = binding.groupColumn(name),
                readable.contains(column.field)
            else { throw problem(place, "Expected a field to group by, such as {field: …}.") }
            if keys.contains(where: { $0.column == column }) {
                throw problem(place, "The field \(name) is a key already; a group has one value of it.")
            }
            keys.append(GroupKey(column: column, part: try part(member("per", members), of: column, name, place)))
        }
        if keys.isEmpty {
            throw problem(
                "keys", "Give at least one key, such as {field: …}; without groups, ask for the values themselves.")
        }
        return keys
    }

    private static func part(
        _ value: ShapedValue?, of column: ColumnBinding, _ name: String, _ place: String
    ) throws(ClientError) -> DatePart? {
        guard let value, !value.isNull else { return nil }
        guard case .constant(.enumValue(let text)) = value, let part = DatePart(rawValue: text) else {
            throw problem("\(place).per", "Expected a period.")
        }
        guard column.type.hasDateParts else {
            throw problem("\(place).per", "The field \(name) is no date: leave \"per\" out.")
        }
        return part
    }

    private static func member(_ name: String, _ members: [ShapedMember]) -> ShapedValue? {
        members.first { $0.name == name }?.value
    }

    private static func problem(_ place: String, _ message: String) -> ClientError {
        ClientError(.badInput, "At \"\(place)\": \(message)")
    }
}

extension DatePart {
    fileprivate var literal: Literal {
        switch self {
        case .day: .day
        case .week: .week
        case .month: .month
        case .year: .year
        }
    }
}
