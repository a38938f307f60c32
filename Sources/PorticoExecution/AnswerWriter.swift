import Diagnostics
import JSONBytes
import PorticoPlanning
import PostgresSQL

public struct AnswerLimits: Sendable {
    /// Bytes of one response (default 32 MiB): against a query that asks for more than memory holds.
    public var bytes: Int
    /// Rows of all loads together (default 100,000): against lists that multiply beyond what was estimated.
    public var rows: Int
    /// Cursors of one response (default 20,000): against answers whose sealing holds up the others. Whoever goes on from the last row needs one of a page.
    public var cursors: Int
    /// Errors in one response (default 100): against an answer in which every row fails.
    public var errors: Int

    public init(bytes: Int = 32 << 20, rows: Int = 100_000, cursors: Int = 20_000, errors: Int = 100) {
        self.bytes = bytes
        self.rows = rows
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
}

/// Writes the answer in one pass from cells to bytes. A field without a value takes its nearest nullable ancestor with it: what was written of
/// that is cut off again.
struct AnswerWriter {
    let plan: AuthorizedPlan
    let levels: [LoadState]
    let pages: [BoundPage]
    let limits: AnswerLimits
    let buffer = ResponseBuffer()
    private var errors: [FieldError] = []
    private var isTooLarge = false
    /// Cursors sealed so far.
    var cursors = 0
    /// The way to the object that is being written: positions of fields, and of items where a field is a list.
    private var path: [Int] = []

    init(plan: AuthorizedPlan, levels: [LoadState], pages: [BoundPage], limits: AnswerLimits) {
        self.plan = plan
        self.levels = levels
        self.pages = pages
        self.limits = limits
    }

    mutating func write() -> ExecutionResult.Outcome {
        buffer.append("{\"data\":")
        let start = buffer.count
        let written = object(plan.output, cells: nil, row: 0)
        if cursors > limits.cursors { return .tooManyCursors(limit: limits.cursors) }
        if isTooLarge || buffer.count > limits.bytes { return .tooLarge(limit: limits.bytes) }
        if !written {
            buffer.truncate(to: start)
            buffer.append("null")
        }
        return .answered(buffer, isNull: !written, errors: errors)
    }

    /// Bytes of a cell from which on it is looked at singly.
    private static let largeCell = 4096

    /// False when a field that may not be null has no value: the caller puts null in the object's place, or passes it on.
    private mutating func object(_ output: ObjectOutput, cells: UnsafePointer<Cell>?, row: Int) -> Bool {
        if output.fields.isEmpty { buffer.append("{") }
        for position in output.fields.indices {
            let field = output.fields[position]
            buffer.append(field.prefix)
            let start = buffer.count
            if write(field, position, cells: cells, row: row) { continue }
            if field.isNonNull || isTooLarge { return false }
            buffer.truncate(to: start)
            buffer.append("null")
        }
        buffer.append(UInt8(ascii: "}"))
        return true
    }

    /// False when the field has no value; a null that may be is a value.
    private mutating func write(_ field: OutputField, _ position: Int, cells: UnsafePointer<Cell>?, row: Int) -> Bool {
        switch field.value {
        case .fixed(let bytes):
            buffer.append(bytes)
            return true
        case .cell(let column, let form):
            guard let cell = cells?[column], !cell.isNull else { return null(field, position) }
            // Small cells are counted with their object, which bounds them well enough.
            if cell.count > Self.largeCell, buffer.count + Int(cell.count) > limits.bytes {
                isTooLarge = true
                return false
            }
            var lost: [Int] = []
            if form.write(cell.bytes, into: buffer, lost: { lost.append($0) }) {
                for element in lost { fail(field, position, Self.unsayable, element: element) }
                return true
            }
            fail(field, position, Self.unsayable)
            return false
        case .object(let load, let output):
            guard let level = level(load, field, position) else { return false }
            guard let child = level.only(forParent: row) else { return null(field, position) }
            path.append(position)
            defer { path.removeLast() }
            return object(output, cells: level.row(child), row: child)
        case .beside(let load, let output):
            var own = cells
            if let load {
                guard let level = level(load, field, position) else { return false }
                guard let values = level.only(forParent: row) else { return null(field, position) }
                own = level.row(values)
            }
            path.append(position)
            defer { path.removeLast() }
            return object(output, cells: own, row: row)
        case .list(let load, let output, let itemsNonNull):
            guard let level = level(load, field, position) else { return false }
            return list(level, output, places: level.places(forParent: row), isReversed: false, itemsNonNull: itemsNonNull, position)
        case .connection(let page, let part): return write(part, ofPage: page, field, position, cells: cells, row: row)
        case .nodeID(let type, let column):
            guard let cell = cells?[column], !cell.isNull else { return null(field, position) }
            writeNodeID(type: type, cell)
            return true
        }
    }

    /// `isReversed` writes the last place first.
    mutating func list(_ level: Level, _ output: ObjectOutput, places: Range<Int>, isReversed: Bool, itemsNonNull: Bool, _ position: Int) -> Bool {
        buffer.append(UInt8(ascii: "["))
        path.append(position)
        path.append(0)
        defer { path.removeLast(2) }
        for item in 0..<places.count {
            if item > 0 { buffer.append(UInt8(ascii: ",")) }
            path[path.count - 1] = item
            let start = buffer.count
            if start > limits.bytes || cursors > limits.cursors {
                isTooLarge = true
                return false
            }
            let row = level.row(at: isReversed ? places.upperBound - 1 - item : places.lowerBound + item)
            if object(output, cells: level.row(row), row: row) { continue }
            if itemsNonNull || isTooLarge { return false }
            buffer.truncate(to: start)
            buffer.append("null")
        }
        buffer.append(UInt8(ascii: "]"))
        return true
    }

    mutating func null(_ field: OutputField, _ position: Int) -> Bool {
        if field.isNonNull {
            fail(field, position, "This field must have a value and has none.")
            return false
        }
        buffer.append("null")
        return true
    }

    mutating func level(_ load: Int, _ field: OutputField, _ position: Int) -> Level? {
        if case .loaded(let level) = levels[load] { return level }
        fail(field, position, "This field could not be loaded.")
        return nil
    }

    // MARK: Errors

    private static let unsayable = "The value cannot be shown as this field's type."

    private mutating func fail(_ field: OutputField, _ position: Int, _ message: String, element: Int? = nil) {
        if errors.count >= limits.errors { return }
        let elements = element.map { [FieldError.Step.index($0)] } ?? []
        errors.append(FieldError(message: message, path: names(path + [position]) + elements, range: field.range))
    }

    /// The path in the client's words: positions are read along the plan's shape.
    private func names(_ path: [Int]) -> [FieldError.Step] {
        var steps: [FieldError.Step] = []
        var output = plan.output
        var index = 0
        while index < path.count, path[index] < output.fields.count {
            let field = output.fields[path[index]]
            steps.append(.key(field.responseKey))
            index += 1
            switch field.value {
            case .object(_, let child), .beside(_, let child): output = child
            case .list(_, let child, _), .connection(_, .items(_, let child)):
                output = child
                if index < path.count { steps.append(.index(path[index])) }
                index += 1
            case .fixed, .cell, .connection, .nodeID: return steps
            }
        }
        return steps
    }
}
