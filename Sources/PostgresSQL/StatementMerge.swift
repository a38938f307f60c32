import Synchronization

/// How several runs of one statement become one statement that is run once: what each run has for
/// itself travels as a row of arrays, and every row of the result begins with the place (`ord`,
/// from 1) of what it belongs to.
public final class StatementMerge: Sendable {
    /// What becomes of a parameter of the single statement. The numbers are places among the merged
    /// statement's parameters.
    public enum Role: Sendable, Hashable {
        /// The same in every run: it is part of the plan.
        case shared(Int)
        /// A text or null, repeated for each of the run's keys.
        case each(Int)
        /// The keys of a batch: the arrays of all runs, one behind the other.
        case keys(Int)
        /// A number of rows that bounds the whole result: the sum of all runs'.
        case rows(Int)
    }

    public let statement: Statement
    /// What the statement's text was printed of; `nil` where it was not.
    public let select: Select?
    /// By parameter of the single statement.
    public let roles: [Role]
    /// Whether the single statement's own rows begin with `ord`; where not, the merged one's have
    /// it before them.
    public let hasOwnOrdinal: Bool
    private let keys: Int?
    /// The parameter that says how many rows each key has at the most; `nil`: one.
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

    /// What a run adds to the whole; `nil` where its values cannot travel with others.
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

/// How much of a merged statement a run is.
public struct MergeSize: Sendable, Equatable {
    /// Rows of arrays.
    public var keys: Int
    /// Rows of the result, at the most.
    public var rows: Int
    /// Of the run's values in those arrays, where each is repeated for every key.
    public var bytes: Int
}

/// One run of a merged statement.
public struct MergedCall: Sendable {
    public let parameters: [ParameterValue]
    /// For each run the places (from 0) of what is its own.
    public let ordinals: [Range<Int>]
    /// A result with so many rows may have been cut; `nil` where nothing cuts it.
    public let rowLimit: Int?
}

/// Makes a ``StatementMerge`` when it is first needed: most statements never wait, and so never
/// merge.
public final class StatementMerging: Sendable {
    private enum State: Sendable {
        case unmade
        case made(StatementMerge?)
    }

    private let state = Mutex(State.unmade)
    private let make: @Sendable () -> StatementMerge?

    public init(_ make: @escaping @Sendable () -> StatementMerge?) { self.make = make }

    /// `nil` where runs of the statement cannot be one.
    public var merge: StatementMerge? {
        state.withLock { state in
            if case .made(let merge) = state { return merge }
            let merge = make()
            state = .made(merge)
            return merge
        }
    }
}
