/// The arguments of one field as a plan sees them, each at most once; few enough for linear search.
struct ShapedArguments {
    private(set) var items: [(name: String, value: ShapedValue)] = []

    static let none = ShapedArguments()

    subscript(_ name: String) -> ShapedValue? { items.first { $0.name == name }?.value }

    mutating func add(_ name: String, _ value: ShapedValue) { items.append((name, value)) }

    func only(_ names: String...) -> ShapedArguments {
        ShapedArguments(items: items.filter { names.contains($0.name) })
    }

    /// With those of another field, whose names differ.
    func adding(_ others: ShapedArguments) -> ShapedArguments { ShapedArguments(items: items + others.items) }
}
