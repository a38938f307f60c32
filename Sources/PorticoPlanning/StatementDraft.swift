import PorticoCatalog
import PostgresSQL

/// The parameters and aliases of one statement while it is built: both are counted in the order of use, so that equal plans are equal texts.
struct StatementDraft {
    private(set) var parameters: [ParameterSource] = []
    private(set) var parameterTypes: [UInt32] = []
    /// Relations that conditions have followed so far.
    var relations = 0
    /// The numbers of those that equal sources share.
    private var shared: [ParameterSource: Int] = [:]
    private var tables = 0
    private var paths = 0

    /// `$n` for a source; the same source is the same parameter. `type` is an OID, 0 where the server infers it.
    ///
    /// Equal constants stay apart: what the server infers for one place may not fit another.
    mutating func parameter(_ source: ParameterSource, type: UInt32 = 0) -> Expression {
        let isShared = if case .constant = source { false } else { true }
        if isShared, let number = shared[source] { return .parameter(number) }
        parameters.append(source)
        parameterTypes.append(type)
        if isShared { shared[source] = parameters.count }
        return .parameter(parameters.count)
    }

    /// From here on the viewer's values are another's: equal sources before and after are different parameters.
    mutating func separateParameters() { shared.removeAll() }

    mutating func tableAlias() -> Alias {
        defer { tables += 1 }
        return Alias("t", tables)
    }

    mutating func pathAlias() -> Alias {
        defer { paths += 1 }
        return Alias("p", paths)
    }
}

/// A row that conditions speak of. Inside a batch, the column that ties the row to its parent is known to equal the key.
struct RowReference {
    var alias: Alias
    /// The name of the column that equals the batch's key.
    var keyed: String?

    func column(_ column: ColumnBinding) -> Expression { .column(alias, column.column) }

    /// The batch's key in place of a column that equals it.
    static let batchKey = Expression.column(Alias("k", 0), "key")
}
