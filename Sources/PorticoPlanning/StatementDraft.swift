import PorticoCatalog
import PostgresSQL

/// The parameters and aliases of one statement while it is built: both are counted in the order of
/// use, so that equal plans are equal texts.
struct StatementDraft {
    private(set) var parameters: [ParameterSource] = []
    private(set) var parameterTypes: [UInt32] = []
    /// Relations that conditions have followed so far.
    var relations = 0
    /// The numbers of those that equal sources share, once they are more than a few.
    private var shared: [ParameterSource: Int] = [:]
    /// So many parameters are looked through.
    private static let few = 16
    /// Where the parameters begin that may be shared.
    private var firstShared = 0
    private var tables = 0
    private var paths = 0

    /// `$n` for a source; the same source is the same parameter. `type` is an OID, 0 where the
    /// server infers it.
    ///
    /// Equal constants stay apart: what the server infers for one place may not fit another.
    mutating func parameter(_ source: ParameterSource, type: UInt32 = 0) -> Expression {
        if !source.isConstant, let number = number(of: source) { return .parameter(number) }
        parameters.append(source)
        parameterTypes.append(type)
        note(parameters.count)
        return .parameter(parameters.count)
    }

    private func number(of source: ParameterSource) -> Int? {
        if parameters.count - firstShared > Self.few { return shared[source] }
        return parameters[firstShared...].firstIndex(of: source).map { $0 + 1 }
    }

    private mutating func note(_ number: Int) {
        let count = number - firstShared
        guard count > Self.few else { return }
        for added in (count == Self.few + 1 ? firstShared + 1 : number)...number {
            if parameters[added - 1].isConstant { continue }
            shared[parameters[added - 1]] = added
        }
    }

    /// From here on the viewer's values are another's: equal sources before and after are different
    /// parameters.
    mutating func separateParameters() {
        shared.removeAll()
        firstShared = parameters.count
    }

    mutating func tableAlias() -> Alias {
        defer { tables += 1 }
        return Alias("t", tables)
    }

    mutating func pathAlias() -> Alias {
        defer { paths += 1 }
        return Alias("p", paths)
    }
}

extension ParameterSource {
    fileprivate var isConstant: Bool {
        switch self {
        case .constant, .rule: true
        default: false
        }
    }
}

/// A row that conditions speak of. Inside a batch, the column that ties the row to its parent is
/// known to equal the key.
struct RowReference {
    var alias: Alias
    /// The name of the column that equals the batch's key.
    var keyed: String?

    /// The column's cells, as a result shows them.
    func cell(_ column: ColumnBinding) -> Expression { .column(alias, column.column) }

    /// The column as it is compared, ordered and grouped by.
    func column(_ column: ColumnBinding) -> Expression { column.compared(cell(column)) }

    /// The column as it is compared with who somebody is.
    func identity(_ column: ColumnBinding) -> Expression { column.identity(cell(column)) }

    /// The batch's key in place of a column that equals it.
    static let batchKey = Expression.column(Alias("k", 0), "key")
}
