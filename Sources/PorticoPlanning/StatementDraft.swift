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

/// A row that conditions speak of. Inside a batch, the columns that tie the row to its parent are
/// known to equal the key.
struct RowReference {
    var alias: Alias
    /// The columns that equal those of the batch's key, in the key's order; empty where none is
    /// known to.
    var keyed: [ColumnBinding] = []

    /// The column's cells, as a result shows them.
    func cell(_ column: ColumnBinding) -> Expression {
        guard let expression = column.expression else { return .column(alias, column.column) }
        return expression.replacing { part in
            if case .column(ColumnBinding.row, let name) = part { .column(alias, name) } else { nil }
        }
    }

    /// The column as it is compared, ordered and grouped by.
    func column(_ column: ColumnBinding) -> Expression { column.compared(cell(column)) }

    /// The column as it is compared with who somebody is.
    func identity(_ column: ColumnBinding) -> Expression { column.identity(cell(column)) }

    /// What stands for columns of the row: the batch's key where all of them equal columns of it.
    func batchKeys(for columns: [ColumnBinding]) -> [Expression]? {
        if keyed.isEmpty { return nil }
        var keys: [Expression] = []
        for column in columns {
            guard let position = keyed.firstIndex(where: { $0.column == column.column }) else { return nil }
            keys.append(Self.batchKey(position))
        }
        return keys
    }

    /// The column at a position of a batch's key.
    static func batchKey(_ position: Int) -> Expression { .column(batch, BatchKey.name(position)) }

    /// What the keys of a batch are called.
    static let batch = Alias("k", 0)
}

extension Expression {
    /// Whether it is a column of a batch's key.
    var isBatchKey: Bool {
        if case .column(RowReference.batch, let name) = self { name.hasPrefix("key") } else { false }
    }
}
