import JSONBytes
import PorticoPlanning
import PostgresSQL

extension AnswerWriter {
    /// Writes a part of a connection. `row` is the parent's row; for the cursor of an edge, `row`
    /// and `cells` are the row's own.
    mutating func write(
        _ part: ConnectionPart, ofPage index: Int, _ place: Place, cells: UnsafePointer<Cell>?, row: Int
    ) -> Bool {
        guard index < pages.count else { return false }
        switch part {
        case .items(let load, _):
            guard let view = view(load, place) else { return false }
            let places = view.places(forParent: row).prefix(pages[index].size)
            return list(view, places: places, isReversed: plan.pages[index].isBackward, itemsNonNull: true, place)
        case .cursor:
            guard let cells else { return null(place) }
            return cursor(ofRow: row, cells, page: index, place)
        case .startCursor(let load): return writeCursor(atEnd: false, load, ofPage: index, place, row: row)
        case .endCursor(let load): return writeCursor(atEnd: true, load, ofPage: index, place, row: row)
        case .hasMore(let load):
            guard let view = view(load, place) else { return false }
            return write(view.places(forParent: row).count > pages[index].size)
        case .hasOtherSide(let load):
            guard let view = view(load, place) else { return false }
            return write(!view.places(forParent: row).isEmpty)
        }
    }

    func writeNodeID(type: String, _ key: [Cell]) {
        buffer.append(UInt8(ascii: "\""))
        buffer.appendBase64URL(NodeID.bytes(type: type, key: key.map(\.bytes)))
        buffer.append(UInt8(ascii: "\""))
    }

    private func write(_ flag: Bool) -> Bool {
        if flag { buffer.append("true") } else { buffer.append("false") }
        return true
    }

    private mutating func writeCursor(atEnd: Bool, _ load: Int, ofPage index: Int, _ place: Place, row: Int) -> Bool {
        guard let view = view(load, place) else { return false }
        let places = view.places(forParent: row).prefix(pages[index].size)
        // A page that is read backward has its last row first.
        guard let found = atEnd == plan.pages[index].isBackward ? places.first : places.last else { return null(place) }
        let row = view.row(at: found)
        guard let cells = view.row(row) else { return null(place) }
        return cursor(ofRow: row, cells, page: index, place)
    }
}
