import GraphQLLanguage

/// Each named operation has a name of its own.
/// https://spec.graphql.org/September2025/#sec-Operation-Name-Uniqueness
enum OperationNameUniqueness {
    static let rule = "Operation Name Uniqueness"

    static func check(_ context: ValidationContext) {
        for names in repeated(context.index.operations.compactMap(\.name)) {
            context.errors.add(
                rule, at: names.map(\.range),
                message:
                    "There are \(names.count) operations called \(names[0].value.quoted): each needs a name of its own."
            )
        }
    }
}

/// The names that occur more than once, with all their places, in order of first occurrence.
func repeated(_ names: [Name]) -> [[Name]] {
    guard names.count > 1 else { return [] }
    var groups: [[Name]] = [], positions: [String: Int] = [:]
    for name in names {
        if let position = positions[name.value] {
            groups[position].append(name)
        } else {
            positions[name.value] = groups.count
            groups.append([name])
        }
    }
    return groups.filter { $0.count > 1 }
}
