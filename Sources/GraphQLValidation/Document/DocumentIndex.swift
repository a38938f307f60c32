import GraphQLLanguage

/// The definitions of a document by kind and name.
struct DocumentIndex {
    let operations: [OperationDefinition]
    let fragments: [FragmentDefinition]
    /// The position in ``fragments`` of the first fragment of each name.
    let fragmentPositions: [String: Int]

    init(_ document: Document) {
        var operations: [OperationDefinition] = [], fragments: [FragmentDefinition] = [], positions: [String: Int] = [:]
        for definition in document.definitions {
            switch definition {
            case .operation(let operation): operations.append(operation)
            case .fragment(let fragment):
                if positions[fragment.name.value] == nil { positions[fragment.name.value] = fragments.count }
                fragments.append(fragment)
            case .typeSystem, .typeSystemExtension: break
            }
        }
        self.operations = operations
        self.fragments = fragments
        self.fragmentPositions = positions
    }
}
