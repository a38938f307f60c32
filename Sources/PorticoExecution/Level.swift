import PorticoPlanning
import PostgresSQL

/// The rows of one load, laid open for random access, and how they hang on the parent's rows.
final class Level {
    let rowCount: Int
    /// When its statement was sent and its rows came; without an end where none was sent.
    var startedAt = 0
    var endedAt: Int?
    private let width: Int
    private let cells: UnsafeMutablePointer<Cell>
    /// Keeps the bytes that the cells point into.
    private let source: (any RowSource)?
    private let stitch: Stitch
    /// For each row whether it is beyond its page, loaded only to know whether there is any: nothing hangs on it. Empty where no row is.
    private(set) var beyond: [Bool] = []

    /// From a parent's row to the rows here.
    private enum Stitch {
        /// All rows belong to the parent's only row.
        case whole
        /// By the ordinal of the parent's key: at most one row each.
        case one(rowOfOrdinal: [Int32], ordinals: Ordinals)
        /// By the ordinal: a run of rows, through `order` where they did not come in the order of the ordinals.
        case many(starts: [Int32], order: [Int32]?, ordinals: Ordinals)
    }

    /// `page` is the number of rows for each parent that are shown, where more may come.
    init(load: Load, source: (any RowSource)?, keys: KeyBatch?, page: Int? = nil) {
        width = load.width
        let sound = source?.columnCount == load.width
        rowCount = sound ? source?.rowCount ?? 0 : 0
        cells = .allocate(capacity: max(1, rowCount * width))
        self.source = source
        if let source {
            for row in 0..<rowCount { source.cells(ofRow: row, into: cells + row * width) }
        }
        guard case .batch = load.link, let keys else {
            stitch = .whole
            if let page { cut(to: page) }
            return
        }
        let base = UnsafePointer(cells)
        stitch = load.isList
            ? Self.runs(base, rows: rowCount, width: width, keys: keys, from: source?.ordinalBase ?? 0)
            : .one(rowOfOrdinal: Self.rows(base, rows: rowCount, width: width, keys: keys.count, from: source?.ordinalBase ?? 0), ordinals: keys.ordinals)
        if let page { cut(to: page) }
    }

    deinit { cells.deallocate() }

    @inline(__always)
    func row(_ row: Int) -> UnsafePointer<Cell> { UnsafePointer(cells + row * width) }

    /// The row that belongs to a parent's row; `nil` where there is none.
    func only(forParent parent: Int) -> Int? {
        switch stitch {
        case .whole: return rowCount > 0 ? 0 : nil
        case .one(let rows, let ordinals):
            let ordinal = ordinals.ordinal(ofRow: parent)
            guard ordinal > 0, rows[ordinal - 1] >= 0 else { return nil }
            return Int(rows[ordinal - 1])
        case .many: return nil
        }
    }

    /// The places of a parent's rows, to be read through ``row(at:)``.
    func places(forParent parent: Int) -> Range<Int> {
        switch stitch {
        case .whole: return 0..<rowCount
        case .one: return 0..<0
        case .many(let starts, _, let ordinals):
            let ordinal = ordinals.ordinal(ofRow: parent)
            return ordinal > 0 ? Int(starts[ordinal - 1])..<Int(starts[ordinal]) : 0..<0
        }
    }

    @inline(__always)
    func row(at place: Int) -> Int {
        if case .many(_, let order?, _) = stitch { Int(order[place]) } else { place }
    }

    /// Marks the rows beyond a page.
    private func cut(to size: Int) {
        func mark(_ places: Range<Int>) {
            if places.count <= size { return }
            if beyond.isEmpty { beyond = [Bool](repeating: false, count: rowCount) }
            for place in places.dropFirst(size) { beyond[row(at: place)] = true }
        }
        switch stitch {
        case .whole: mark(0..<rowCount)
        case .one: break
        case .many(let starts, _, _): for (start, end) in zip(starts, starts.dropFirst()) { mark(Int(start)..<Int(end)) }
        }
    }

    // MARK: Stitching

    private static func ordinal(_ cell: Cell, keys: Int, from ordinalBase: Int) -> Int? {
        guard cell.count == 8, let base = cell.base else { return nil }
        let value = Int(Int64(bigEndian: base.loadUnaligned(as: Int64.self))) - ordinalBase
        return value >= 1 && value <= keys ? value - 1 : nil
    }

    private static func rows(_ cells: UnsafePointer<Cell>, rows: Int, width: Int, keys: Int, from base: Int) -> [Int32] {
        var found = [Int32](repeating: -1, count: keys)
        for row in 0..<rows {
            if let ordinal = ordinal(cells[row * width], keys: keys, from: base) { found[ordinal] = Int32(truncatingIfNeeded: row) }
        }
        return found
    }

    /// Runs by a counting sort; no `order` where the rows came in runs already, as they do unless PostgreSQL chose otherwise.
    private static func runs(_ cells: UnsafePointer<Cell>, rows: Int, width: Int, keys: KeyBatch, from base: Int) -> Stitch {
        var starts = [Int32](repeating: 0, count: keys.count + 1)
        var inOrder = true
        var last = 0
        for row in 0..<rows {
            guard let ordinal = ordinal(cells[row * width], keys: keys.count, from: base) else {
                inOrder = false
                continue
            }
            starts[ordinal + 1] += 1
            if ordinal < last { inOrder = false }
            last = ordinal
        }
        for key in 0..<keys.count { starts[key + 1] += starts[key] }
        if inOrder { return .many(starts: starts, order: nil, ordinals: keys.ordinals) }
        var next = starts
        var order = [Int32](repeating: 0, count: Int(starts[keys.count]))
        for row in 0..<rows {
            guard let ordinal = ordinal(cells[row * width], keys: keys.count, from: base) else { continue }
            order[Int(next[ordinal])] = Int32(truncatingIfNeeded: row)
            next[ordinal] += 1
        }
        return .many(starts: starts, order: order, ordinals: keys.ordinals)
    }
}
