import Diagnostics
import GraphQLLanguage

/// The size of a selection set after expanding its fragments; each figure saturates at ``most``.
struct OperationSize: Equatable {
    var depth = 0
    var introspectionDepth = 0
    var introspectionLists = 0
    var aliases = 0
    /// Fields of the set itself.
    var rootFields = 0
    var selections = 0
    var nesting = 0

    static let most = 1_000_000_000

    /// Adds a field with its children.
    mutating func add(_ field: TypedDocument.SelectedField, children: OperationSize) {
        let isOfIntrospection = field.parent.utf8.starts(with: "__".utf8)
        // `__typename` reveals only what every answer may reveal, and clients add it everywhere: it
        // does not count as introspection.
        let isMeta = field.field.name.value.utf8.starts(with: "__".utf8)
        let isIntrospection = isOfIntrospection || (isMeta && field.field.name.value != "__typename")
        let isList = field.parent == "__Type" && Self.introspectionListFields.contains(field.field.name.value)
        depth = max(depth, Self.sum(isIntrospection || isMeta ? 0 : 1, children.depth))
        introspectionDepth = max(introspectionDepth, Self.sum(isIntrospection ? 1 : 0, children.introspectionDepth))
        introspectionLists = max(introspectionLists, Self.sum(isList ? 1 : 0, children.introspectionLists))
        nesting = max(nesting, Self.sum(1, children.nesting))
        selections = Self.sum(selections + 1, children.selections)
        aliases = Self.sum(aliases + (field.field.alias == nil ? 0 : 1), children.aliases)
        rootFields = Self.sum(rootFields, 1)
    }

    /// Adds the content of a fragment.
    mutating func add(fragment: OperationSize) {
        depth = max(depth, fragment.depth)
        introspectionDepth = max(introspectionDepth, fragment.introspectionDepth)
        introspectionLists = max(introspectionLists, fragment.introspectionLists)
        nesting = max(nesting, Self.sum(1, fragment.nesting))
        selections = Self.sum(selections + 1, fragment.selections)
        aliases = Self.sum(aliases, fragment.aliases)
        rootFields = Self.sum(rootFields, fragment.rootFields)
    }

    private static let introspectionListFields: Set<String> = ["fields", "interfaces", "possibleTypes", "inputFields"]
    /// The operands are at most slightly more than ``most``, so this cannot overflow.
    private static func sum(_ left: Int, _ right: Int) -> Int { min(left + right, most) }
}

/// Counts the extent of each operation: each fragment is counted once, after those that it spreads.
struct ExtentCount {
    private let typed: TypedDocument
    private var fragments: [OperationSize]

    /// `order` must be free of cycles.
    init(_ typed: TypedDocument, order: [Int]) {
        self.typed = typed
        fragments = Array(repeating: OperationSize(), count: typed.fragments.count)
        for fragment in order { fragments[fragment] = count(set: typed.fragments[fragment].set) }
    }

    /// It recurses as deep as the text is nested.
    func count(set: Int) -> OperationSize {
        var extent = OperationSize()
        for entry in typed.sets[set] {
            switch entry {
            case .field(let position):
                let field = typed.fields[position]
                extent.add(field, children: field.children.map(count(set:)) ?? OperationSize())
            case .fragment(let position): extent.add(fragment: fragments[position])
            case .inline(let inner): extent.add(fragment: count(set: inner))
            }
        }
        return extent
    }
}
