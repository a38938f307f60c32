import Glibc
import PorticoPlanning
import PostgresSQL

/// The keys of a batch, each once, and for every row of the parent which of them is its own.
struct KeyBatch: Sendable {
    let count: Int
    let ordinals: Ordinals
    /// Bytes of the arrays of keys.
    let byteCount: Int
    /// The array of the first column, and those of the others where keys have several.
    private let first: ParameterValue
    private let others: [ParameterValue]

    /// Takes the keys from the cells of each row; rows with a null in their key have none, and no
    /// more have those beyond a page. There is at least one column.
    init(_ level: Level, keys: [LinkKey], areUnique: Bool) {
        let rows = level.rowCount, columns = KeyColumns(keys)
        var array = BinaryArray(elementType: keys[0].type.elementOID, capacity: rows * 16)
        var further = keys.dropFirst().map { BinaryArray(elementType: $0.type.elementOID, capacity: rows * 16) }
        if areUnique, level.beyond.isEmpty {
            for row in 0..<rows { columns.append(level.row(row), to: &array, &further) }
            count = rows
            ordinals = .rows
        } else {
            var distinct = DistinctKeys(level, columns)
            let numbers = PlaceTable(repeating: 0, count: rows)
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

    /// Puts the arrays among the values of a statement, from a place on.
    func fill(_ values: inout [ParameterValue], at place: Int) {
        values[place] = first
        for (position, value) in others.enumerated() { values[place + 1 + position] = value }
    }
}

/// The place of each parent row's key in a batch, from 1; 0 where the row has none.
enum Ordinals: Sendable {
    /// Row n has key n + 1.
    case rows
    case numbers(PlaceTable)
}

/// The cells of a row that are its key.
private struct KeyColumns {
    private let first: Int
    private let rest: [Int]

    init(_ keys: [LinkKey]) {
        first = keys[0].cell
        rest = keys.dropFirst().map(\.cell)
    }

    func isNull(_ cells: UnsafePointer<Cell>) -> Bool {
        if cells[first].isNull { return true }
        for column in rest where cells[column].isNull { return true }
        return false
    }

    func append(_ cells: UnsafePointer<Cell>, to array: inout BinaryArray, _ further: inout [BinaryArray]) {
        array.append(cells[first].bytes)
        for (position, column) in rest.enumerated() { further[position].append(cells[column].bytes) }
    }

    func hash(_ cells: UnsafePointer<Cell>, _ hash: ByteHash) -> UInt64 {
        rest.reduce(hash(cells[first].bytes)) { ($0 &* 31) ^ hash(cells[$1].bytes) }
    }

    func areEqual(_ left: UnsafePointer<Cell>, _ right: UnsafePointer<Cell>) -> Bool {
        guard Self.areEqual(left[first], right[first]) else { return false }
        for column in rest where !Self.areEqual(left[column], right[column]) { return false }
        return true
    }

    @inline(__always)
    private static func areEqual(_ left: Cell, _ right: Cell) -> Bool {
        guard left.count == right.count else { return false }
        guard let first = left.base, let second = right.base else { return true }
        return memcmp(first, second, Int(left.count)) == 0
    }
}

/// A hash table of the keys of rows, numbered from 1 in the order of their first appearance.
private struct DistinctKeys {
    private let level: Level
    private let columns: KeyColumns
    private var slots: [Int32]
    /// By number the row in which a key appeared first.
    private var rows: [Int32] = []
    private let mask: Int
    private let hash = ByteHash()

    init(_ level: Level, _ columns: KeyColumns) {
        self.level = level
        self.columns = columns
        var size = 16
        while size < level.rowCount * 2 { size *= 2 }
        slots = [Int32](repeating: 0, count: size)
        mask = size - 1
    }

    var count: Int { rows.count }

    mutating func ordinal(ofRow row: Int) -> (Int, isNew: Bool) {
        let cells = level.row(row)
        var slot = Int(truncatingIfNeeded: columns.hash(cells, hash)) & mask
        while slots[slot] != 0 {
            let known = Int(slots[slot])
            if columns.areEqual(level.row(Int(rows[known - 1])), cells) { return (known, false) }
            slot = (slot + 1) & mask
        }
        rows.append(Int32(truncatingIfNeeded: row))
        slots[slot] = Int32(truncatingIfNeeded: rows.count)
        return (rows.count, true)
    }
}
