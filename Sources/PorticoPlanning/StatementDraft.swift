import PorticoCatalog
import PostgresSQL

/// The parameters and aliases of one statement while it is built, numbered in the order of use, so
/// that equal plans have equal texts.
struct StatementDraft {
    private(set) var parameters: [ParameterSource] = []
    private(set) var parameterTypes: [UInt32] = []
    /// Relations that conditions have followed so far.
    var relations = 0
    /// The numbers of shared parameters, indexed once they are more than a few.
    private var shared: [ParameterSource: Int] = [:]
    /// Up to this number, parameters are searched linearly.
    private static let few = 16
    /// The first parameter that may be shared.
    private var firstShared = 0
    private var tables = 0
    private var paths = 0

    /// `$n` for a source; equal sources share a parameter, except constants: the type that the
    /// server infers in one place may not fit another. `type` is an OID, 0 if the server infers it.
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

    /// From here on values belong to another viewer: equal sources are different parameters.
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

/// A row that conditions refer to. In a batch, its tied columns equal the key.
struct RowReference {
    var alias: Alias
    /// The columns that equal the batch's key, in its order; empty if none is known to.
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

    /// The column as it is compared with an identity.
    func identity(_ column: ColumnBinding) -> Expression { column.identity(cell(column)) }

    /// The batch's key in place of columns of the row, if all of them equal columns of the key.
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

    /// The alias of a batch's keys.
    static let batch = Alias("k", 0)
}

extension Expression {
    var isBatchKey: Bool {
        if case .column(RowReference.batch, let name) = self { name.hasPrefix("key") } else { false }
    }
}
