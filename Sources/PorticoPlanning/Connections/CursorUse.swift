import GraphQLSchema
import PorticoCatalog

/// A cursor's scope: one field, order and filter. Other scopes or viewers cannot open it.
///
/// The bytes do not depend on whether a request writes the filter with literals or variables.
public struct CursorUse: Sendable {
    /// The field, the order and the structure of the filter.
    public let structure: [UInt8]
    /// The filter's values, in the order in which the structure mentions them.
    public let operands: [PlanOperand]

    init(type: String, field: String, order: [OrderKey], condition: Condition<PlanOperand>?) {
        var writer = Writer()
        writer.text += "\(type).\(field)("
        for key in order {
            writer.text +=
                "\(key.column.field)\(key.direction.isDescending ? ">" : "<")\(key.direction.hasNullsFirst ? "n" : ""),"
        }
        writer.text += ")"
        if let condition { writer.write(condition) } else { writer.write(.all([])) }
        structure = Array(writer.text.utf8)
        operands = writer.operands
    }

    /// Field names are GraphQL names, so they cannot contain the punctuation used here.
    private struct Writer {
        var text = ""
        var operands: [PlanOperand] = []

        mutating func write(_ condition: Condition<PlanOperand>) {
            switch condition {
            case .all(let items): write("&", items)
            case .any(let items): write("|", items)
            case .not(let inner): write("!", [inner])
            case .compare(let column, let comparison, let operand):
                text += "\(column.field) \(comparison.rawValue);"
                operands.append(operand)
            case .toOne(let relation, let inner): write("\(relation.field)", [inner])
            case .toMany(let relation, let quantifier, let inner):
                write("\(relation.field) \(quantifier.rawValue)", [inner])
            }
        }

        private mutating func write(_ head: String, _ items: [Condition<PlanOperand>]) {
            text += "\(head)("
            for item in items { write(item) }
            text += ")"
        }
    }
}
