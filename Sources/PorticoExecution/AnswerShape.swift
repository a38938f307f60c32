import PorticoPlanning
import Synchronization

/// A plan's output as the writer goes through it: objects and fields as flat records that hold no
/// references, made once for each plan, so that a value of an answer costs no reference count.
///
/// Only what it has learnt of its answers changes once it is made: long ones are written beside the
/// loop.
public final class AnswerShape: Sendable {
    /// How a field's value comes about. Forms of cells that nearly every answer is full of have a
    /// kind of their own; what is rare goes by the plan's own description.
    enum Kind: UInt8 {
        case fixed
        case string, int4, bool, timestamp, enumeration
        /// A cell of any other form.
        case cell
        case object, beside, list
        /// Parts of connections, and global ids.
        case other
    }

    struct Field {
        var kind: Kind
        var isNonNull: Bool
        var itemsNonNull = false
        /// What stands before the value.
        var prefix: Slice
        /// Of a cell.
        var column: Int32 = -1
        /// Of an object or a list; -1 for an object beside its row that has no load of its own.
        var load: Int32 = -1
        /// The object within, by its place in the shape.
        var child: Int32 = -1
        /// The bytes of a fixed value, or the labels of an enumeration.
        var extra = Slice(start: 0, count: 0)
    }

    /// A part of the bytes, or of the labels.
    struct Slice {
        var start: Int32
        var count: Int32
    }

    /// A label of an enumeration and what it is in JSON.
    struct Label {
        var label: Slice
        var json: Slice
    }

    struct Object {
        var fields: Slice
    }

    /// Bytes that may be read behind any slice, since short ones are copied in whole words.
    static let slack = 32
    /// Bytes that an answer's buffer begins with, at the most: one large answer must not make those
    /// behind it take as much.
    private static let mostExpectedBytes = 1 << 20

    // Filled while the shape is made, and only read from then on.
    nonisolated(unsafe) let objects: UnsafeMutableBufferPointer<Object>
    nonisolated(unsafe) let fields: UnsafeMutableBufferPointer<Field>
    nonisolated(unsafe) let labels: UnsafeMutableBufferPointer<Label>
    nonisolated(unsafe) let bytes: UnsafeMutableBufferPointer<UInt8>
    /// By object, the plan's own description.
    let outputs: [ObjectOutput]
    /// Objects within each other, at the most.
    let depth: Int
    private let expected = Atomic<Int>(4096)
    private let tookTooLong = Atomic<Bool>(false)

    /// `nil` where a plan's fixed parts are more than a shape can number, which no answer's limit
    /// allows.
    public init?(_ plan: AuthorizedPlan) {
        var draft = Draft()
        _ = draft.add(plan.output, depth: 1)
        draft.bytes.append(contentsOf: repeatElement(0, count: Self.slack))
        if draft.isTooLarge { return nil }
        objects = .allocate(capacity: draft.objects.count)
        _ = objects.initialize(from: draft.objects)
        fields = .allocate(capacity: draft.fields.count)
        _ = fields.initialize(from: draft.fields)
        labels = .allocate(capacity: draft.labels.count)
        _ = labels.initialize(from: draft.labels)
        bytes = .allocate(capacity: draft.bytes.count)
        _ = bytes.initialize(from: draft.bytes)
        outputs = draft.outputs
        depth = draft.depth
    }

    deinit {
        objects.deallocate()
        fields.deallocate()
        labels.deallocate()
        bytes.deallocate()
    }

    /// Bytes that the next answer is likely to have.
    var expectedBytes: Int { expected.load(ordering: .relaxed) }

    /// Whether the last answer was more than one request may write on its loop: then the next one
    /// is likely to be, too.
    var isLong: Bool { tookTooLong.load(ordering: .relaxed) }

    /// Learns from an answer that was written.
    func wrote(_ count: Int, isLong: Bool) {
        expected.store(max(1024, min(count + count / 8, Self.mostExpectedBytes)), ordering: .relaxed)
        if isLong != self.isLong { tookTooLong.store(isLong, ordering: .relaxed) }
    }

    /// A shape's parts are numbered by 32 bits.
    private static func number(_ count: Int, _ isTooLarge: inout Bool) -> Int32 {
        if let number = Int32(exactly: count) { return number }
        isTooLarge = true
        return 0
    }

    // MARK: Making

    private struct Draft {
        var objects: [Object] = []
        var fields: [Field] = []
        var labels: [Label] = []
        var bytes: [UInt8] = []
        var outputs: [ObjectOutput] = []
        var depth = 0
        /// It has more parts than there are numbers for.
        var isTooLarge = false

        private mutating func number(_ count: Int) -> Int32 { AnswerShape.number(count, &isTooLarge) }

        /// The object's fields stand together, those of the objects within behind them.
        mutating func add(_ output: ObjectOutput, depth: Int) -> Int32 {
            self.depth = max(self.depth, depth)
            let index = objects.count
            let first = fields.count
            objects.append(Object(fields: Slice(start: number(first), count: number(output.fields.count))))
            outputs.append(output)
            for field in output.fields {
                fields.append(Field(kind: .other, isNonNull: field.isNonNull, prefix: add(field.prefix)))
            }
            for (position, field) in output.fields.enumerated() {
                describe(field.value, at: first + position, depth: depth)
            }
            return number(index)
        }

        private mutating func describe(_ value: OutputValue, at place: Int, depth: Int) {
            switch value {
            case .fixed(let content):
                fields[place].kind = .fixed
                fields[place].extra = add(content)
            case .cell(let column, let form):
                fields[place].column = number(column)
                describe(form, at: place)
            case .object(let load, let output):
                fields[place].kind = .object
                fields[place].load = number(load)
                fields[place].child = add(output, depth: depth + 1)
            case .beside(let load, let output):
                fields[place].kind = .beside
                fields[place].load = load.map { number($0) } ?? -1
                fields[place].child = add(output, depth: depth + 1)
            case .list(let load, let output, let itemsNonNull):
                fields[place].kind = .list
                fields[place].load = number(load)
                fields[place].itemsNonNull = itemsNonNull
                fields[place].child = add(output, depth: depth + 1)
            case .connection(_, .items(_, let output)): fields[place].child = add(output, depth: depth + 1)
            case .connection, .nodeID, .failed: break
            }
        }

        private mutating func describe(_ form: CellForm, at place: Int) {
            switch form {
            case .string: fields[place].kind = .string
            case .int4: fields[place].kind = .int4
            case .bool: fields[place].kind = .bool
            case .timestamptz, .timestamp: fields[place].kind = .timestamp
            case .enumeration(let texts):
                fields[place].kind = .enumeration
                fields[place].extra = Slice(start: number(labels.count), count: number(texts.count))
                for text in texts { labels.append(Label(label: add(text.label), json: add(text.json))) }
            default: fields[place].kind = .cell
            }
        }

        private mutating func add(_ content: [UInt8]) -> Slice {
            defer { bytes += content }
            return Slice(start: number(bytes.count), count: number(content.count))
        }
    }
}
