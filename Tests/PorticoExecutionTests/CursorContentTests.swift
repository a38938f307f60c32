import PostgresSQL
import Testing

@testable import PorticoExecution

@Suite struct CursorContentTests {
    private func encode(_ values: [[UInt8]?]) -> [UInt8] {
        var cells: [Cell] = []
        var owned: [UnsafeMutableRawPointer] = []
        defer { for pointer in owned { pointer.deallocate() } }
        for value in values {
            guard let value else {
                cells.append(Cell(base: nil, count: -1))
                continue
            }
            let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, value.count), alignment: 1)
            memory.copyMemory(from: value, byteCount: value.count)
            owned.append(memory)
            cells.append(Cell(base: UnsafeRawPointer(memory), count: Int32(value.count)))
        }
        return cells.withUnsafeBufferPointer { cells in
            cells.baseAddress.map { CursorContent.encode($0, cells: Array(values.indices)) } ?? []
        }
    }

    @Test(
        arguments: [[[1, 2, 3]], [nil], [[], nil, [0, 0xFF, 0x80]], [[UInt8](repeating: 7, count: 5_990), nil]]
            as [[[UInt8]?]]) func keepsEveryByte(_ values: [[UInt8]?])
    {
        guard case .values(let found)? = CursorContent.decode(encode(values), count: values.count) else {
            Issue.record("not decoded")
            return
        }
        #expect(found == values.map { $0.map { .binary($0) } ?? .null })
    }

    @Test func refusesWhatIsNotWhole() {
        let content = encode([[1, 2, 3], nil])
        for count in 0..<content.count { #expect(CursorContent.decode(Array(content[..<count]), count: 2) == nil) }
        #expect(CursorContent.decode(content + [0], count: 2) == nil)
        #expect(CursorContent.decode(content, count: 3) == nil)
        #expect(CursorContent.decode([2] + content.dropFirst(), count: 2) == nil)
        #expect(CursorContent.decode([1, 0x7F, 0xFF, 0xFF, 0xFF], count: 1) == nil)
    }

    @Test func longRowsHaveNoContent() {
        guard case .tooLong? = CursorContent.decode(encode([[UInt8](repeating: 1, count: 6_000)]), count: 1) else {
            Issue.record("not too long")
            return
        }
    }
}
