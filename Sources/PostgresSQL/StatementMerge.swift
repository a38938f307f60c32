/// Merges several runs of one statement into one statement that is run once. The values of each run
/// are sent as a row of arrays, and every row of the result begins with the ordinal (`ord`, from 1)
/// of the row that it belongs to.
public final class StatementMerge: Sendable {
    /// What becomes of a parameter of the single statement. The numbers are positions among the
    /// merged statement's parameters.
    public enum Role: Sendable, Hashable {
        /// The same in every run: it is part of the plan.
        case shared(Int)
        /// A text or null, repeated for each of the run's keys.
        case each(Int)
        /// The keys of a batch: the concatenated arrays of all runs.
        case keys(Int)
        /// A number of rows that bounds the whole result: the sum of all runs.
        case rows(Int)
    }

    public let statement: Statement
    /// The source of the statement's text; `nil` if it was not printed from a tree.
    public let select: Select?
    /// By parameter of the single statement.
    public let roles: [Role]
    /// Whether the single statement's own rows begin with `ord`; otherwise the merged one adds it.
    public let hasOwnOrdinal: Bool
    private let keys: Int?
    /// The parameter with the maximum rows of each key; `nil` for one row.
    private let rows: Int?

    public init(
        statement: Statement, select: Select? = nil, roles: [Role], hasOwnOrdinal: Bool, rowsParameter rows: Int? = nil
    ) {
        self.statement = statement
        self.select = select
        self.roles = roles
        self.hasOwnOrdinal = hasOwnOrdinal
        self.rows = rows
        keys = roles.firstIndex { if case .keys = $0 { true } else { false } }
    }

    /// What a run adds to the whole; `nil` if its values cannot be merged.
    public func size(of parameters: [ParameterValue]) -> MergeSize? {
        guard let keys = keyCount(parameters) else { return nil }
        let bytes = byteCount(parameters, keys: keys)
        guard let rows, rows < parameters.count, case .text(let text) = parameters[rows],
            let each = Int(String(decoding: text, as: UTF8.self))
        else {
            return MergeSize(keys: keys, rows: keys, bytes: bytes)
        }
        let (product, overflow) = keys.multipliedReportingOverflow(by: max(1, each))
        return MergeSize(keys: keys, rows: overflow ? .max : product, bytes: bytes)
    }

    private func byteCount(_ parameters: [ParameterValue], keys: Int) -> Int {
        var repeated = 0, once = 0
        for (role, value) in zip(roles, parameters) {
            switch role {
            case .each: repeated += 4 + value.byteCount
            case .keys: once += value.byteCount
            case .shared, .rows: continue
            }
        }
        return once + keys * repeated
    }

    private func keyCount(_ parameters: [ParameterValue]) -> Int? {
        guard parameters.count == roles.count else { return nil }
        for (role, value) in zip(roles, parameters) {
            switch (role, value) {
            case (.shared, _), (.each, .null), (.each, .text), (.rows, .text): continue
            case (.keys, .binary(let array)): if BinaryArray.length(of: array) == nil { return nil }
            case (.each, .binary), (.rows, .null), (.rows, .binary), (.keys, .null), (.keys, .text): return nil
            }
        }
        guard let keys, case .binary(let array) = parameters[keys] else { return 1 }
        return BinaryArray.length(of: array)
    }

    /// The parameters of one statement for all runs, each of which has a ``size(of:)``.
    public func call(_ runs: [[ParameterValue]]) -> MergedCall {
        let sizes = runs.map { keyCount($0) ?? 0 }
        var merged = [ParameterValue](repeating: .null, count: statement.parameterTypes.count)
        var rowLimit: Int?
        for (position, role) in roles.enumerated() {
            switch role {
            case .shared(let place): merged[place] = runs[0][position]
            case .each(let place):
                var array = BinaryArray(elementType: 25, capacity: 16 * sizes.reduce(0, +))
                for (run, size) in zip(runs, sizes) {
                    switch run[position] {
                    case .text(let text): text.withUnsafeBytes { bytes in for _ in 0..<size { array.append(bytes) } }
                    case .null, .binary: for _ in 0..<size { array.appendNull() }
                    }
                }
                merged[place] = array.finish()
            case .keys(let place):
                var arrays: [[UInt8]] = []
                for run in runs { if case .binary(let bytes) = run[position] { arrays.append(bytes) } }
                merged[place] = .binary(BinaryArray.joined(arrays))
            case .rows(let place):
                var sum = 0
                for run in runs {
                    if case .text(let text) = run[position], let rows = Int(String(decoding: text, as: UTF8.self)) {
                        sum = min(sum + rows, Int(Int32.max))
                    }
                }
                rowLimit = sum
                merged[place] = .text(Array(String(sum).utf8))
            }
        }
        var end = 0
        let ordinals = sizes.map { size in
            defer { end += size }
            return end..<(end + size)
        }
        return MergedCall(parameters: merged, ordinals: ordinals, rowLimit: rowLimit)
    }
}

/// The share of a run in a merged statement.
public struct MergeSize: Sendable, Equatable {
    /// Rows of arrays.
    public var keys: Int
    /// Maximum rows of the result.
    public var rows: Int
    /// Bytes of the run's values in those arrays, including their repetition for every key.
    public var bytes: Int
}

/// The call of a merged statement.
public struct MergedCall: Sendable {
    public let parameters: [ParameterValue]
    /// For each run its range of ordinals (from 0).
    public let ordinals: [Range<Int>]
    /// A result with this number of rows may have been cut; `nil` if nothing limits it.
    public let rowLimit: Int?
}
