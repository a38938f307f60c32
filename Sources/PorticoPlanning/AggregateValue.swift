import PorticoCatalog
import PostgresSQL

/// One value that is computed of rows.
enum AggregateValue: Hashable {
    case count

    func expression(_ row: RowReference) -> Expression {
        switch self {
        case .count: .aggregate(.count, nil)
        }
    }

    /// How the computed cell becomes JSON.
    var form: CellForm {
        switch self {
        case .count: .int8
        }
    }
}
