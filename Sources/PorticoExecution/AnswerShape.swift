import PorticoPlanning
import Synchronization

/// A plan's output as the writer traverses it: objects and fields as flat records without
/// references, made once per plan, so that writing a value costs no reference count.
///
/// Immutable except for the observed size of its answers; long answers are written off the loop.
public final class AnswerShape: Sendable {
    /// How a field's value is produced. The most frequent forms of cells have kinds of their own;
    /// rare ones use the plan's own description.
    enum Kind: UInt8 {
        case fixed
        case string, int4, bool, timestamp, enumeration
        /// A cell of any other form.
        case cell
        case object, embedded, list
        /// Parts of connections, and global ids.
        case other
    }

    struct Field {
        var kind: Kind
        var isNonNull: Bool
        var itemsNonNull = false
        /// What precedes the value.
        var prefix: Slice
        /// The column of a cell.
        var column: Int32 = -1
        /// The load of an object or a list; -1 for a `beside` object without a load.
        var load: Int32 = -1
        /// The index of the nested object in the shape.
        var child: Int32 = -1
        /// The bytes of a fixed value, or the labels of an enumeration.
        var extra = Slice(start: 0, count: 0)
    }

    /// A range of the bytes or of the labels.
    struct Slice {
        var start: Int32
        var count: Int32
    }

    /// A label of an enumeration and its JSON.
    struct Label {
        var label: Slice
        var json: Slice
    }

    struct Object {
        var fields: Slice
    }

    /// Bytes that may be read past any slice, because short ones are copied in whole words.
    static let slack = 32
    /// Maximum initial size in bytes of an answer's buffer: one large answer must not make the
    /// following ones take as much memory.
    private static let mostExpectedBytes = 1 << 20

    // Filled while the shape is made, and only read from then on.
    nonisolated(unsafe) let objects: UnsafeMutableBufferPointer<Object>
    nonisolated(unsafe) let fields: UnsafeMutableBufferPointer<Field>
    nonisolated(unsafe) let labels: UnsafeMutableBufferPointer<Label>
    nonisolated(unsafe) let bytes: UnsafeMutableBufferPointer<UInt8>
    /// The plan's own descriptions, by object.
    let outputs: [ObjectOutput]
    /// Maximum nesting of objects.
    let depth: Int
    private let expected = Atomic<Int>(4096)
    private let tookTooLong = Atomic<Bool>(false)

    /// `nil` if a plan's fixed parts are too many to number, which exceeds any answer's limit.
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

    /// Expected size in bytes of the next answer.
    var expectedBytes: Int { expected.load(ordering: .relaxed) }

    /// Whether the last answer, and so probably the next, exceeds what may be written on the loop.
    var isLong: Bool { tookTooLong.load(ordering: .relaxed) }

    /// Records the size of an answer.
    func wrote(_ count: Int, isLong: Bool) {
        expected.store(max(1024, min(count + count / 8, Self.mostExpectedBytes)), ordering: .relaxed)
        if isLong != self.isLong { tookTooLong.store(isLong, ordering: .relaxed) }
    }

    /// Parts of a shape are numbered with 32 bits.
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
        /// It has more parts than 32 bits can number.
        var isTooLarge = false

        private mutating func number(_ count: Int) -> Int32 { AnswerShape.number(count, &isTooLarge) }

        /// An object's fields are contiguous; those of nested objects follow.
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
            case .embedded(let load, let output):
                fields[place].kind = .embedded
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
