import Glibc
import PorticoPlanning
import PostgresSQL

/// The keys of a batch, each once, and for every row of the parent which of them is its own.
struct KeyBatch: Sendable {
    let count: Int
    let parameter: ParameterValue
    let ordinals: Ordinals

    /// Takes the keys from one cell of each row; rows whose key is null have none, and no more have
    /// those beyond a page.
    init(_ level: Level, column: Int, type: KeyType, areUnique: Bool) {
        let rows = level.rowCount
        var array = BinaryArray(elementType: type.elementOID, capacity: rows * 16)
        if areUnique, level.beyond.isEmpty {
            for row in 0..<rows { array.append(level.row(row)[column].bytes) }
            count = rows
            ordinals = .rows
        } else {
            var distinct = DistinctKeys(capacity: rows)
            let numbers = PlaceTable(repeating: 0, count: rows)
            for row in 0..<rows {
                let cell = level.row(row)[column]
                if cell.isNull || (!level.beyond.isEmpty && level.beyond[row]) { continue }
                let (ordinal, isNew) = distinct.ordinal(of: cell.bytes)
                if isNew { array.append(cell.bytes) }
                numbers[row] = Int32(truncatingIfNeeded: ordinal)
            }
            count = distinct.count
            ordinals = .numbers(numbers)
        }
        parameter = array.finish()
    }
}

/// The place of each parent row's key in a batch, from 1; 0 where the row has none.
enum Ordinals: Sendable {
    /// Row n has key n + 1.
    case rows
    case numbers(PlaceTable)
}

/// A hash table of byte strings that live elsewhere, numbered from 1 in the order of their first
/// appearance.
private struct DistinctKeys {
    private var slots: [Int32]
    private var keys: [UnsafeRawBufferPointer] = []
    private let mask: Int
    private let hash = ByteHash()

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: 0, count: size)
        mask = size - 1
    }

    var count: Int { keys.count }

    mutating func ordinal(of key: UnsafeRawBufferPointer) -> (Int, isNew: Bool) {
        var slot = Int(truncatingIfNeeded: hash(key)) & mask
        while slots[slot] != 0 {
            let known = Int(slots[slot])
            let other = keys[known - 1]
            if other.count == key.count, Self.equal(other, key) { return (known, false) }
            slot = (slot + 1) & mask
        }
        keys.append(key)
        slots[slot] = Int32(truncatingIfNeeded: keys.count)
        return (keys.count, true)
    }

    /// Of two of the same length.
    @inline(__always)
    private static func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard let first = a.baseAddress, let second = b.baseAddress else { return true }
        return memcmp(first, second, a.count) == 0
    }
}
