import Glibc
import PorticoPlanning
import PostgresSQL

/// The distinct keys of a batch, and the key of every parent row.
struct KeyBatch: Sendable {
    let count: Int
    let ordinals: Ordinals
    /// Bytes of the arrays of keys.
    let byteCount: Int
    /// The array of the first column, and those of further columns.
    private let first: ParameterValue
    private let others: [ParameterValue]

    /// Takes the keys from the cells of each row. Rows with a null in their key, and rows beyond a
    /// page, have none. `keys` has at least one column.
    init(_ level: LoadedRows, keys: [LinkKey], areUnique: Bool) {
        let rows = level.rowCount, columns = KeyColumns(keys)
        var array = BinaryArray(elementType: keys[0].type.elementOID, capacity: rows * 16)
        var further = keys.dropFirst().map { BinaryArray(elementType: $0.type.elementOID, capacity: rows * 16) }
        if areUnique, level.beyond.isEmpty {
            for row in 0..<rows { columns.append(level.row(row), to: &array, &further) }
            count = rows
            ordinals = .rows
        } else {
            var distinct = DistinctKeys(level, columns)
            let numbers = Int32Buffer(repeating: 0, count: rows)
            for row in 0..<rows {
                let cells = level.row(row)
                if columns.isNull(cells) || (!level.beyond.isEmpty && level.beyond[row]) { continue }
                let (ordinal, isNew) = distinct.ordinal(ofRow: row)
                if isNew { columns.append(cells, to: &array, &further) }
                numbers[row] = Int32(truncatingIfNeeded: ordinal)
            }
            count = distinct.count
            ordinals = .numbers(numbers)
        }
        first = array.finish()
        others = further.map { $0.finish() }
        byteCount = others.reduce(first.byteCount) { $0 + $1.byteCount }
    }

    /// Stores the arrays in a statement's parameters, starting at `place`.
    func fill(_ values: inout [ParameterValue], at place: Int) {
        values[place] = first
        for (position, value) in others.enumerated() { values[place + 1 + position] = value }
    }
}

/// The position of each parent row's key in a batch, from 1; 0 if the row has none.
enum Ordinals: Sendable {
    /// Row n has key n + 1.
    case rows
    case numbers(Int32Buffer)
}

/// The cells of a row that are its key. Nearly all keys have one column, which takes no loop.
private struct KeyColumns {
    private let first: Int
    private let rest: [Int]
    private let isSingle: Bool

    init(_ keys: [LinkKey]) {
        first = keys[0].cell
        rest = keys.dropFirst().map { $0.cell }
        isSingle = rest.isEmpty
    }

    @inline(__always)
    func isNull(_ cells: UnsafePointer<Cell>) -> Bool {
        cells[first].isNull || !isSingle && rest.contains { cells[$0].isNull }
    }

    @inline(__always)
    func append(_ cells: UnsafePointer<Cell>, to array: inout BinaryArray, _ further: inout [BinaryArray]) {
        array.append(cells[first].bytes)
        if isSingle { return }
        for (position, column) in rest.enumerated() { further[position].append(cells[column].bytes) }
    }

    @inline(__always)
    func hash(_ cells: UnsafePointer<Cell>, _ hash: ByteHash) -> UInt64 {
        let own = hash(cells[first].bytes)
        return isSingle ? own : rest.reduce(own) { ($0 &* 31) ^ hash(cells[$1].bytes) }
    }

    @inline(__always)
    func areEqual(_ left: UnsafePointer<Cell>, _ right: UnsafePointer<Cell>) -> Bool {
        Self.areEqual(left[first], right[first])
            && (isSingle || rest.allSatisfy { Self.areEqual(left[$0], right[$0]) })
    }

    @inline(__always)
    private static func areEqual(_ left: Cell, _ right: Cell) -> Bool {
        guard left.count == right.count else { return false }
        guard let first = left.base, let second = right.base else { return true }
        return memcmp(first, second, Int(left.count)) == 0
    }
}

/// A hash table of the keys of rows, numbered from 1 in the order of their first appearance. It
/// reads cells by their address: the caller keeps the rows alive.
private struct DistinctKeys {
    private let cells: UnsafePointer<Cell>
    private let width: Int
    private let columns: KeyColumns
    private var slots: [Int32]
    /// By number the row in which a key appeared first.
    private var rows: [Int32] = []
    private let mask: Int
    private let hash = ByteHash()

    init(_ level: LoadedRows, _ columns: KeyColumns) {
        cells = level.row(0)
        width = level.view.width
        self.columns = columns
        var size = 16
        while size < level.rowCount * 2 { size *= 2 }
        slots = [Int32](repeating: 0, count: size)
        mask = size - 1
    }

    var count: Int { rows.count }

    mutating func ordinal(ofRow row: Int) -> (Int, isNew: Bool) {
        let own = cells + row * width
        var slot = Int(truncatingIfNeeded: columns.hash(own, hash)) & mask
        while slots[slot] != 0 {
            let known = Int(slots[slot])
            if columns.areEqual(cells + Int(rows[known - 1]) * width, own) { return (known, false) }
            slot = (slot + 1) & mask
        }
        rows.append(Int32(truncatingIfNeeded: row))
        slots[slot] = Int32(truncatingIfNeeded: rows.count)
        return (rows.count, true)
    }
}
