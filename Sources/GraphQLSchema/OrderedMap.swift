import ExactText

/// Members by name, in the order of their definition.
public struct OrderedMap<Element: Sendable>: Sendable, Sequence {
    public let elements: [Element]
    public let names: [String]
    private let index: [ExactString: Int]

    public init(_ elements: [Element], name: (Element) -> String) {
        self.elements = elements
        names = elements.map(name)
        index = Dictionary(firstOf: zip(names, 0...))
    }

    public subscript(_ name: String) -> Element? { self[ExactString(name)] }
    public subscript(_ name: ExactString) -> Element? { index[name].map { elements[$0] } }
    public var isEmpty: Bool { elements.isEmpty }
    public var count: Int { elements.count }
    public func makeIterator() -> IndexingIterator<[Element]> { elements.makeIterator() }
}

public typealias FieldMap = OrderedMap<FieldType>
public typealias InputMap = OrderedMap<InputField>
