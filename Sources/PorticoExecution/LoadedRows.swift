import PorticoPlanning
import PostgresSQL

/// A result that does not match the plan: a fault, not to be mistaken for missing rows.
struct LoadedRowsFault: Error, Equatable {
    /// For the operator.
    let detail: String

    init(_ load: Load, _ what: String) { detail = "the rows of \"\(load.path)\" are not what was planned: \(what)" }
}

extension Load {
    /// For the operator.
    func detail(of misread: MisreadColumn) -> String {
        let name = name(ofColumn: misread.column)
        return
            "\(path): \(name) of \(type) is \(misread.found) in the database and would be read as \(misread.expected); `portico check` says what to change"
    }
}

/// The rows of one load, decoded for random access, and their association with the parent's rows.
/// Immutable, so that an answer may be written from it on any thread.
final class LoadedRows: Sendable {
    // Its pointers lead to the memory below, which lives as long as this object and is only read.
    nonisolated(unsafe) let view: RowIndex
    /// When its statement was sent and its rows arrived; without an end if none was sent.
    let startedAt: Int
    let endedAt: Int?
    // Written by the initializer, and only read from then on.
    private nonisolated(unsafe) let cells: UnsafeMutablePointer<Cell>
    /// Keeps alive the bytes that the cells point into.
    private let source: (any RowSource)?
    /// Keeps alive what the view points into.
    private let tables: [Int32Buffer]
    /// Columns whose values are not of the planned type.
    private let misread: [Int]
    /// For each row, whether it is beyond its page, loaded only to know whether more rows exist;
    /// nothing depends on it. Empty if there is none.
    let beyond: [Bool]

    /// `page` is the number of rows shown for each parent, if there may be more.
    init(
        load: Load, source: (any RowSource)?, keys: KeyBatch?, page: Int? = nil, startedAt: Int = 0, endedAt: Int? = nil
    ) throws(LoadedRowsFault) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        misread = source?.misread.map(\.column) ?? []
        let width = load.width
        if let source, source.columnCount != width {
            throw LoadedRowsFault(load, "\(source.columnCount) columns in place of \(width)")
        }
        var view = RowIndex(parentLink: .whole, rowCount: source?.rowCount ?? 0, width: width)
        cells = .allocate(capacity: max(1, view.rowCount * width))
        if let source {
            for row in 0..<view.rowCount { source.cells(ofRow: row, into: cells + row * width) }
            for misread in source.misread where misread.column < width {
                for row in 0..<view.rowCount where !cells[row * width + misread.column].isNull {
                    cells[row * width + misread.column] = .unreadable
                }
            }
        }
        view.cells = UnsafePointer(cells)
        self.source = source
        var tables: [Int32Buffer] = []
        if case .batch = load.link, let keys {
            let rows = BatchRows(
                cells: UnsafePointer(cells), rowCount: view.rowCount, width: width, keys: keys.count,
                ordinalBase: source?.ordinalBase ?? 0)
            // A throwing initializer does not run `deinit`.
            let memory = cells
            func giveUp() -> LoadedRowsFault {
                memory.deallocate()
                return LoadedRowsFault(load, "a row belongs to none of its \(keys.count) keys")
            }
            if load.isList {
                guard let (starts, order) = rows.runs() else { throw giveUp() }
                view.parentLink = .many
                view.table = UnsafePointer(starts.base)
                view.order = order.map { UnsafePointer($0.base) }
                tables = [starts] + (order.map { [$0] } ?? [])
            } else {
                guard let places = rows.only() else { throw giveUp() }
                view.parentLink = .one
                view.table = UnsafePointer(places.base)
                tables = [places]
            }
            if case .numbers(let numbers) = keys.ordinals {
                view.ordinals = UnsafePointer(numbers.base)
                tables.append(numbers)
            }
        }
        self.view = view
        self.tables = tables
        beyond = page.map { Self.rows(of: view, starts: tables.first, beyond: $0) } ?? []
    }

    deinit { cells.deallocate() }

    var rowCount: Int { view.rowCount }

    /// Whether the key columns of a dependent load cannot be read.
    func misreads(keyOf dependent: Load) -> Bool {
        guard !misread.isEmpty, rowCount > 0, case .batch(_, let keys, _) = dependent.link else { return false }
        return keys.contains { misread.contains($0.cell) }
    }

    /// Bytes of memory that the rows take: the result's own, and a cell for each value.
    static func byteCount(_ source: any RowSource) -> Int {
        source.byteCount + source.rowCount * source.columnCount * MemoryLayout<Cell>.stride
    }

    @inline(__always)
    func row(_ row: Int) -> UnsafePointer<Cell> { UnsafePointer(cells + row * view.width) }

    /// Marks the rows beyond a page.
    private static func rows(of view: RowIndex, starts: Int32Buffer?, beyond size: Int) -> [Bool] {
        var beyond: [Bool] = []
        func mark(_ places: Range<Int>) {
            if places.count <= size { return }
            if beyond.isEmpty { beyond = [Bool](repeating: false, count: view.rowCount) }
            for place in places.dropFirst(size) { beyond[view.row(at: place)] = true }
        }
        switch view.parentLink {
        case .whole: mark(0..<view.rowCount)
        case .one, .missing: break
        case .many:
            guard let starts else { return beyond }
            for key in 0..<(starts.count - 1) { mark(Int(starts[key])..<Int(starts[key + 1])) }
        }
        return beyond
    }
}

/// The rows of a batch in the order of arrival; each begins with the ordinal of its key.
private struct BatchRows {
    let cells: UnsafePointer<Cell>
    let rowCount: Int
    let width: Int
    let keys: Int
    let ordinalBase: Int

    /// From 0; `nil` for a row that belongs to none of the keys.
    @inline(__always)
    private func key(ofRow row: Int) -> Int? {
        let cell = cells[row * width]
        guard cell.count == 8, let base = cell.base else { return nil }
        // Does not trap on any number.
        let value = Int(Int64(bigEndian: base.loadUnaligned(as: Int64.self))) &- ordinalBase
        return value >= 1 && value <= keys ? value - 1 : nil
    }

    /// The row of each key, -1 for none; `nil` if a row belongs to none of the keys.
    func only() -> Int32Buffer? {
        let found = Int32Buffer(repeating: -1, count: keys)
        for row in 0..<rowCount {
            guard let key = key(ofRow: row) else { return nil }
            found[key] = Int32(truncatingIfNeeded: row)
        }
        return found
    }

    /// Groups rows by key with a counting sort: the start of each key's run, with an end after the
    /// last. `order` is `nil` if the rows already arrived in runs, as they usually do. `nil` if a
    /// row belongs to none of the keys.
    func runs() -> (starts: Int32Buffer, order: Int32Buffer?)? {
        let starts = Int32Buffer(repeating: 0, count: keys + 1)
        var inOrder = true
        var last = 0
        for row in 0..<rowCount {
            guard let key = key(ofRow: row) else { return nil }
            starts[key + 1] += 1
            if key < last { inOrder = false }
            last = key
        }
        for key in 0..<keys { starts[key + 1] += starts[key] }
        if inOrder { return (starts, nil) }
        let next = Int32Buffer(repeating: 0, count: keys + 1)
        for key in 0...keys { next[key] = starts[key] }
        let order = Int32Buffer(repeating: 0, count: Int(starts[keys]))
        for row in 0..<rowCount {
            guard let key = key(ofRow: row) else { continue }
            order[Int(next[key])] = Int32(truncatingIfNeeded: row)
            next[key] += 1
        }
        return (starts, order)
    }
}
