/// The arguments of one field as a plan sees them, each at most once: so few that they are looked
/// through.
struct ShapedArguments {
    private(set) var items: [(name: String, value: ShapedValue)] = []

    static let none = ShapedArguments()

    subscript(_ name: String) -> ShapedValue? { items.first { $0.name == name }?.value }

    mutating func add(_ name: String, _ value: ShapedValue) { items.append((name, value)) }

    /// Those of some names.
    func only(_ names: String...) -> ShapedArguments {
        ShapedArguments(items: items.filter { names.contains($0.name) })
    }

    /// With those of another field, which are none of these.
    func adding(_ others: ShapedArguments) -> ShapedArguments { ShapedArguments(items: items + others.items) }
}
