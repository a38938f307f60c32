import Diagnostics
import Glibc
import JSONBytes
import PorticoPlanning
import PostgresSQL

public struct AnswerLimits: Sendable {
    /// Bytes of one response (default 32 MiB): against a query that asks for more than memory
    /// holds.
    public var bytes: Int
    /// Rows of all loads together (default 100,000): against lists that multiply beyond what was
    /// estimated.
    public var rows: Int
    /// Bytes of memory that the results of all loads take together (default 64 MiB): against few
    /// rows that are long.
    public var resultBytes: Int
    /// Cursors of one response (default 20,000): against answers whose sealing holds up the others.
    /// Whoever goes on from the last row needs one of a page.
    public var cursors: Int
    /// Errors in one response (default 100): against an answer in which every row fails.
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

/// A field that has no value, by its place in the answer (GraphQL, section 6.4.4).
public struct FieldError: Sendable, Equatable {
    public enum Step: Sendable, Equatable {
        case key(String)
        case index(Int)
    }

    public var message: String
    public var path: [Step]
    public var range: SourceRange
    /// Whether the request is what is wrong, and not a row.
    public var isOfInput = false
}

/// Writes the answer in one pass from cells to bytes. A field without a value takes its nearest
/// nullable ancestor with it: what was written of that is cut off again.
///
/// It goes through ``AnswerShape`` and ``LevelView``, which hold no references: of an answer's
/// hundred thousand values none should count one.
///
/// On the loop it writes as much as ``TurnBounds`` allow and gives up then: the answer is begun
/// anew beside the loop.
struct AnswerWriter {
    /// Why nothing more is written.
    private enum End {
        case tooLarge, tooManyCursors
        /// What remains is more than the loop has time for.
        case turnIsOver
    }

    let plan: AuthorizedPlan
    let pages: [BoundPage]
    let limits: AnswerLimits
    let shape: AnswerShape
    let buffer: ResponseBuffer
    /// Keeps what the views point into.
    private let levels: [LoadState]
    private let views: [LevelView]
    private var errors: [FieldError] = []
    private var end: End?
    /// Bytes from which on ``end`` is looked for: one comparison for an object. Below any number
    /// once there is an end.
    private var mark: Int
    /// Bytes that were cut off again: they cost what others cost.
    private var discarded = 0
    /// `nil` beside the loop.
    private let bounds: TurnBounds?
    /// Cursors written so far.
    private var cursors = 0
    /// Where the cursors of rows stand in the buffer, since none is sealed twice; by page and row.
    private var sealed: [Int: Int] = [:]
    private(set) var sealedCursors = 0
    /// The way to the object that is being written: positions of fields, and of items where a field
    /// is a list. Has room for the deepest object.
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
        views = levels.map { if case .loaded(let level) = $0 { level.view } else { LevelView() } }
        buffer = ResponseBuffer(capacity: shape.expectedBytes)
        path = .allocate(capacity: 2 * shape.depth + 2)
    }

    /// The whole answer, on whatever thread this is.
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

    /// To be called once; `nil` where the answer is more than the bounds allow.
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

    /// Bytes of a value from which on it is looked at singly.
    private static let largeValue = 4096
    /// How many times the bytes of the largest answer may be written and cut off again. Guards
    /// against lists of rows each of which is written at length, only to be null in the end.
    private static let discardedAnswers = 4

    /// Whether so many bytes may be written. They may not be few, where there is no room for them:
    /// then this is the end.
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

    /// Cuts off what was written of a value.
    @inline(never)
    private mutating func discard(from start: Int) {
        guard buffer.count > start else { return }
        discarded += buffer.count - start
        buffer.truncate(to: start)
        // Others will stand where the cursors stood.
        if !sealed.isEmpty { sealed.removeAll(keepingCapacity: true) }
        guard end == nil else { return }
        if let bounds { mark = min(limits.bytes, max(0, bounds.answerBytes - discarded)) }
        if discarded / Self.discardedAnswers > limits.bytes { finish(.tooLarge) }
    }

    /// A field of the shape, where it stands there and in its object.
    struct Place {
        let field: UnsafePointer<AnswerShape.Field>
        let object: Int
        let position: Int
    }

    /// False when a field that may not be null has no value: the caller puts null in the object's
    /// place, or passes it on.
    private mutating func object(_ index: Int, cells: UnsafePointer<Cell>?, row: Int) -> Bool {
        members(of: index, cells, row)
    }

    /// The body of ``object(_:cells:row:)``, which lists have inside their loop.
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

    /// False when the field has no value; a null that may be is a value.
    @inline(__always)
    private mutating func write(_ place: Place, cells: UnsafePointer<Cell>?, row: Int) -> Bool {
        let field = place.field.pointee
        switch field.kind {
        case .fixed:
            // What introspection wrote may have megabytes.
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
        case .beside:
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
        case .timestamp:
            if bytes.count == 8 {
                buffer.append(UInt8(ascii: "\""))
                if buffer.appendDateTime(microsecondsSince2000: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))) {
                    buffer.append(UInt8(ascii: "\""))
                    return true
                }
            }
        case .int4:
            if bytes.count == 4 {
                buffer.appendInteger(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
                return true
            }
        case .bool:
            if bytes.count == 1 {
                if bytes[0] != 0 { buffer.append("true") } else { buffer.append("false") }
                return true
            }
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
            fail(place, failure.message, isOfInput: true)
            return false
        case .fixed, .cell, .object, .beside, .list: return false
        }
    }

    /// The plan's own words for a field.
    private func description(of place: Place) -> OutputField { shape.outputs[place.object].fields[place.position] }

    /// `isReversed` writes the last place first.
    mutating func list(
        _ view: LevelView, places: Range<Int>, isReversed: Bool, itemsNonNull: Bool, _ place: Place
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

    /// The cursor of a row, sealed when it is first asked for: an edge's, the page's ends and any
    /// further names for them share it. False at the end of what may be written.
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

    /// There is no value, or one that is not of the type that it would be read as.
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
    mutating func view(_ load: some BinaryInteger, _ place: Place) -> LevelView? {
        let view = views[Int(load)]
        if view.stitch != .missing { return view }
        fail(place, "This field could not be loaded.")
        return nil
    }

    // MARK: Errors

    private static let unsayable = "The value cannot be shown as this field's type."

    private mutating func fail(_ place: Place, _ message: String, element: Int? = nil, isOfInput: Bool = false) {
        if errors.count >= limits.errors { return }
        let elements = element.map { [FieldError.Step.index($0)] } ?? []
        let steps = (0..<pathCount).map { Int(path[$0]) } + [place.position]
        errors.append(
            FieldError(
                message: message, path: names(steps) + elements, range: description(of: place).range,
                isOfInput: isOfInput))
    }

    /// The path in the client's words: positions are read along the plan's shape.
    private func names(_ path: [Int]) -> [FieldError.Step] {
        var steps: [FieldError.Step] = []
        var output = plan.output
        var index = 0
        while index < path.count, path[index] < output.fields.count {
            let field = output.fields[path[index]]
            if case .failed(let failure) = field.value, failure.isOfObject { return steps }
            steps.append(.key(field.responseKey))
            index += 1
            switch field.value {
            case .object(_, let child), .beside(_, let child): output = child
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
