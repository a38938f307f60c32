import Diagnostics
import Glibc
import JSONBytes
import PorticoPlanning
import PostgresSQL

public struct AnswerLimits: Sendable {
    /// Bytes of one response (default 32 MiB). Guards against queries for more than memory holds.
    public var bytes: Int
    /// Rows of all loads together (default 100,000). Guards against multiplying lists.
    public var rows: Int
    /// Bytes of all loads' results (default 64 MiB). Guards against few but long rows.
    public var resultBytes: Int
    /// Cursors of one response (default 20,000). Guards against answers whose sealing delays
    /// others. A client that continues from the last row needs one per page.
    public var cursors: Int
    /// Errors in one response (default 100). Guards against answers in which every row fails.
    public var errors: Int

    public init(
        bytes: Int = 32 << 20, rows: Int = 100_000, resultBytes: Int = 64 << 20, cursors: Int = 20_000,
        errors: Int = 100
    ) {
        self.bytes = bytes
        self.rows = rows
        self.resultBytes = resultBytes
        self.cursors = cursors
        self.errors = errors
    }
}

/// Writes an answer in one pass from cells to bytes. A field without a value makes its nearest
/// nullable ancestor null; what was already written of that ancestor is truncated.
///
/// ``AnswerShape`` and ``RowIndex`` hold no references: no value may cost a reference count.
///
/// On the loop it gives up at the ``TurnBounds``; the answer is then rewritten off the loop.
struct AnswerWriter {
    /// Why writing has stopped.
    private enum End {
        case tooLarge, tooManyCursors
        /// The rest is more than the loop has time for.
        case turnIsOver
    }

    let plan: AuthorizedPlan
    let pages: [BoundPage]
    let limits: AnswerLimits
    let shape: AnswerShape
    let buffer: ResponseBuffer
    /// Keeps alive what the views point into.
    private let levels: [LoadState]
    private let views: [RowIndex]
    /// Errors of fields without a value (GraphQL, section 6.4.4).
    private var errors: [ClientError] = []
    private var end: End?
    /// Buffer size in bytes from which ``end`` is checked. Negative once writing has ended.
    private var mark: Int
    /// Bytes that were truncated; they cost as much as others.
    private var discarded = 0
    /// `nil` off the loop.
    private let bounds: TurnBounds?
    private var cursors = 0
    /// Positions of the rows' cursors in the buffer, by page and row, so that none is sealed twice.
    private var sealed: [Int: Int] = [:]
    private(set) var sealedCursors = 0
    /// The path of the object being written: positions of fields, and of items if a field is a
    /// list. Has room for the deepest object.
    private let path: UnsafeMutablePointer<Int32>
    private var pathCount = 0

    init(
        plan: AuthorizedPlan, shape: AnswerShape, levels: [LoadState], pages: [BoundPage], limits: AnswerLimits,
        bounds: TurnBounds? = nil
    ) {
        self.bounds = bounds
        mark = min(limits.bytes, bounds?.answerBytes ?? .max)
        self.plan = plan
        self.shape = shape
        self.levels = levels
        self.pages = pages
        self.limits = limits
        views = levels.map { if case .loaded(let level) = $0 { level.view } else { RowIndex() } }
        buffer = ResponseBuffer(capacity: shape.expectedBytes)
        path = .allocate(capacity: 2 * shape.depth + 2)
    }

    /// Writes the whole answer, on any thread.
    static func whole(
        plan: AuthorizedPlan, shape: AnswerShape, levels: [LoadState], pages: [BoundPage], limits: AnswerLimits,
        bounds: TurnBounds
    ) -> ExecutionResult.Outcome {
        var writer = AnswerWriter(plan: plan, shape: shape, levels: levels, pages: pages, limits: limits)
        let outcome = writer.write()
        let isLong =
            writer.buffer.count + writer.discarded > bounds.answerBytes || writer.sealedCursors > bounds.sealedCursors
        shape.wrote(writer.buffer.count, isLong: isLong)
        return outcome ?? .tooLarge(limit: limits.bytes)
    }

    /// Call once. Returns `nil` if the answer exceeds the bounds.
    mutating func write() -> ExecutionResult.Outcome? {
        defer { path.deallocate() }
        buffer.append("{\"data\":")
        let start = buffer.count
        let written = withExtendedLifetime(levels) { object(0, cells: nil, row: 0) }
        if bounds != nil { shape.wrote(buffer.count, isLong: end == .turnIsOver) }
        switch end {
        case .turnIsOver: return nil
        case .tooManyCursors: return .tooManyCursors(limit: limits.cursors)
        case .tooLarge: return .tooLarge(limit: limits.bytes)
        case nil: if buffer.count > limits.bytes { return .tooLarge(limit: limits.bytes) }
        }
        if !written {
            buffer.truncate(to: start)
            buffer.append("null")
        }
        return .answered(buffer, isNull: !written, errors: errors)
    }

    /// Size in bytes from which a value is checked individually.
    private static let largeValue = 4096
    /// How many times the maximum answer size may be written and truncated again. Guards against
    /// lists whose rows are written at length, only to become null in the end.
    private static let discardedAnswers = 4

    /// Whether `bytes` more may be written; if not, writing ends.
    @inline(__always)
    private mutating func hasRoom(for bytes: Int) -> Bool {
        if buffer.count &+ bytes <= mark { return true }
        endFor(bytes)
        return false
    }

    @inline(never)
    private mutating func endFor(_ bytes: Int) {
        if end == nil { finish(buffer.count + bytes > limits.bytes ? .tooLarge : .turnIsOver) }
    }

    private mutating func finish(_ reason: End) {
        end = reason
        mark = -1
    }

    /// Truncates what was written of a value.
    @inline(never)
    private mutating func discard(from start: Int) {
        guard buffer.count > start else { return }
        discarded += buffer.count - start
        buffer.truncate(to: start)
        // The cursors' positions will be overwritten.
        if !sealed.isEmpty { sealed.removeAll(keepingCapacity: true) }
        guard end == nil else { return }
        if let bounds { mark = min(limits.bytes, max(0, bounds.answerBytes - discarded)) }
        if discarded / Self.discardedAnswers > limits.bytes { finish(.tooLarge) }
    }

    /// A field of the shape, with its object and position.
    struct Place {
        let field: UnsafePointer<AnswerShape.Field>
        let object: Int
        let position: Int
    }

    /// False if a non-null field has no value: the caller writes null for the object or propagates.
    private mutating func object(_ index: Int, cells: UnsafePointer<Cell>?, row: Int) -> Bool {
        members(of: index, cells, row)
    }

    /// The body of ``object(_:cells:row:)``, inlined into the loop of lists.
    @inline(__always)
    private mutating func members(of index: Int, _ cells: UnsafePointer<Cell>?, _ row: Int) -> Bool {
        let members = shape.objects[index].fields
        guard members.count > 0, let fields = shape.fields.baseAddress else {
            buffer.append("{}")
            return true
        }
        guard hasRoom(for: 0) else { return false }
        for position in 0..<Int(members.count) {
            let field = UnsafePointer(fields + Int(members.start) + position)
            append(field.pointee.prefix)
            let start = buffer.count
            if write(Place(field: field, object: index, position: position), cells: cells, row: row) { continue }
            if field.pointee.isNonNull || end != nil { return false }
            discard(from: start)
            buffer.append("null")
        }
        buffer.append(UInt8(ascii: "}"))
        return true
    }

    @inline(__always)
    private func append(_ slice: AnswerShape.Slice) {
        guard let bytes = shape.bytes.baseAddress else { return }
        buffer.append(bytes + Int(slice.start), count: Int(slice.count), paddedBy: AnswerShape.slack)
    }

    /// False if the field has no value; an allowed null is a value.
    @inline(__always)
    private mutating func write(_ place: Place, cells: UnsafePointer<Cell>?, row: Int) -> Bool {
        let field = place.field.pointee
        switch field.kind {
        case .fixed:
            // Introspection may have written megabytes.
            guard field.extra.count <= Self.largeValue || hasRoom(for: Int(field.extra.count)) else { return false }
            append(field.extra)
            return true
        case .string, .int4, .bool, .timestamp, .enumeration, .cell:
            guard let cell = cells?[Int(field.column)], !cell.isNull else {
                return absent(place, cells?[Int(field.column)])
            }
            return write(cell, place)
        case .object:
            guard let view = view(field.load, place) else { return false }
            guard let child = view.only(forParent: row) else { return null(place) }
            return within(place) { $0.object(Int(field.child), cells: view.row(child), row: child) }
        case .embedded:
            var own = cells
            if field.load >= 0 {
                guard let view = view(field.load, place) else { return false }
                guard let values = view.only(forParent: row) else { return null(place) }
                own = view.row(values)
            }
            return within(place) { $0.object(Int(field.child), cells: own, row: row) }
        case .list:
            guard let view = view(field.load, place) else { return false }
            return list(
                view, places: view.places(forParent: row), isReversed: false, itemsNonNull: field.itemsNonNull, place)
        case .other: return writeOther(place, cells: cells, row: row)
        }
    }

    @inline(__always)
    private mutating func within(_ place: Place, _ body: (inout AnswerWriter) -> Bool) -> Bool {
        path[pathCount] = Int32(truncatingIfNeeded: place.position)
        pathCount += 1
        defer { pathCount -= 1 }
        return body(&self)
    }

    private mutating func write(_ cell: Cell, _ place: Place) -> Bool {
        // Small cells are counted with their object, which bounds them well enough.
        guard cell.count <= Self.largeValue || hasRoom(for: Int(cell.count)) else { return false }
        let bytes = cell.bytes
        switch place.field.pointee.kind {
        case .string:
            buffer.appendJSONString(bytes)
            return true
        case .timestamp: if buffer.appendTimestamp(bytes) { return true }
        case .int4: if buffer.appendInt4(bytes) { return true }
        case .bool: if buffer.appendBool(bytes) { return true }
        case .enumeration: if writeLabel(bytes, place.field.pointee.extra) { return true }
        default: return writeOtherCell(bytes, place)
        }
        fail(place, Self.unsayable)
        return false
    }

    private func writeLabel(_ cell: UnsafeRawBufferPointer, _ slice: AnswerShape.Slice) -> Bool {
        guard let text = cell.baseAddress, let bytes = shape.bytes.baseAddress else { return false }
        for index in Int(slice.start)..<Int(slice.start + slice.count) {
            let label = shape.labels[index]
            if Int(label.label.count) == cell.count, memcmp(bytes + Int(label.label.start), text, cell.count) == 0 {
                append(label.json)
                return true
            }
        }
        return false
    }

    private mutating func writeOtherCell(_ cell: UnsafeRawBufferPointer, _ place: Place) -> Bool {
        guard case .cell(_, let form) = description(of: place).value else { return false }
        var lost: [Int] = []
        if form.write(cell, into: buffer, lost: { lost.append($0) }) {
            for element in lost { fail(place, Self.unsayable, element: element) }
            return true
        }
        fail(place, Self.unsayable)
        return false
    }

    private mutating func writeOther(_ place: Place, cells: UnsafePointer<Cell>?, row: Int) -> Bool {
        switch description(of: place).value {
        case .connection(let page, let part): return write(part, ofPage: page, place, cells: cells, row: row)
        case .nodeID(let type, let columns):
            var length = 0
            for column in columns {
                guard let cell = cells?[column], !cell.isNull else { return absent(place, cells?[column]) }
                length += Int(cell.count)
            }
            guard length <= Self.largeValue || hasRoom(for: length) else { return false }
            if let cells { writeNodeID(type: type, columns.map { cells[$0] }) }
            return true
        case .failed(let failure):
            fail(place, failure.error)
            return false
        case .fixed, .cell, .object, .embedded, .list: return false
        }
    }

    /// The plan's description of a field.
    private func description(of place: Place) -> OutputField { shape.outputs[place.object].fields[place.position] }

    /// `isReversed` writes the last place first.
    mutating func list(
        _ view: RowIndex, places: Range<Int>, isReversed: Bool, itemsNonNull: Bool, _ place: Place
    ) -> Bool {
        buffer.append(UInt8(ascii: "["))
        let child = Int(place.field.pointee.child), here = pathCount + 1
        path[pathCount] = Int32(truncatingIfNeeded: place.position)
        pathCount += 2
        defer { pathCount -= 2 }
        for item in 0..<places.count {
            if item > 0 { buffer.append(UInt8(ascii: ",")) }
            path[here] = Int32(truncatingIfNeeded: item)
            let start = buffer.count
            let row = view.row(at: isReversed ? places.upperBound - 1 - item : places.lowerBound + item)
            if members(of: child, view.row(row), row) { continue }
            if itemsNonNull || end != nil { return false }
            discard(from: start)
            buffer.append("null")
        }
        buffer.append(UInt8(ascii: "]"))
        return true
    }

    /// Writes the cursor of a row, sealed on first use; an edge, the page's ends and aliases share
    /// it. False if nothing more may be written.
    mutating func cursor(ofRow row: Int, _ cells: UnsafePointer<Cell>, page: Int, _ place: Place) -> Bool {
        if end != nil { return false }
        if plan.pages[page].cursorCells.contains(where: { cells[$0].isUnreadable }) {
            fail(place, Self.unsayable)
            return false
        }
        cursors += 1
        if cursors > limits.cursors {
            finish(.tooManyCursors)
            return false
        }
        buffer.append(UInt8(ascii: "\""))
        if let box = pages[page].box {
            let key = page << 32 | row
            if let place = sealed[key] {
                buffer.appendAgain(from: place, to: UInt8(ascii: "\""))
            } else {
                if let bounds, sealedCursors >= bounds.sealedCursors {
                    finish(.turnIsOver)
                    return false
                }
                sealedCursors += 1
                sealed[key] = buffer.count
                buffer.appendBase64URL(box.seal(CursorContent.encode(cells, cells: plan.pages[page].cursorCells)))
            }
        }
        buffer.append(UInt8(ascii: "\""))
        return true
    }

    /// There is no value, or one of another type than planned.
    @inline(never)
    private mutating func absent(_ place: Place, _ cell: Cell?) -> Bool {
        guard cell?.isUnreadable == true else { return null(place) }
        fail(place, Self.unsayable)
        return false
    }

    mutating func null(_ place: Place) -> Bool {
        if place.field.pointee.isNonNull {
            fail(place, "This field must have a value and has none.")
            return false
        }
        buffer.append("null")
        return true
    }

    @inline(__always)
    mutating func view(_ load: some BinaryInteger, _ place: Place) -> RowIndex? {
        let view = views[Int(load)]
        if view.parentLink != .missing { return view }
        fail(place, "This field could not be loaded.")
        return nil
    }

    // MARK: Errors

    private static let unsayable = "The value cannot be shown as this field's type."

    private mutating func fail(_ place: Place, _ message: String, element: Int? = nil) {
        if errors.count < limits.errors { fail(place, ClientError(.internalError, message), element: element) }
    }

    private mutating func fail(_ place: Place, _ error: ClientError, element: Int? = nil) {
        if errors.count >= limits.errors { return }
        var error = error.placed(description(of: place).range)
        let steps = (0..<pathCount).map { Int(path[$0]) } + [place.position]
        error.path = names(steps) + (element.map { [PathStep.index($0)] } ?? [])
        errors.append(error)
    }

    /// The path in terms of the response: converts positions to names along the plan's output.
    private func names(_ path: [Int]) -> [PathStep] {
        var steps: [PathStep] = []
        var output = plan.output
        var index = 0
        while index < path.count, path[index] < output.fields.count {
            let field = output.fields[path[index]]
            if case .failed(let failure) = field.value, failure.isOfObject { return steps }
            steps.append(.key(field.responseKey))
            index += 1
            switch field.value {
            case .object(_, let child), .embedded(_, let child): output = child
            case .list(_, let child, _), .connection(_, .items(_, let child)):
                output = child
                if index < path.count { steps.append(.index(path[index])) }
                index += 1
            case .fixed, .cell, .connection, .nodeID, .failed: return steps
            }
        }
        return steps
    }
}
