import GraphQLLanguage

/// A fragment that is defined is spread somewhere in the document.
/// https://spec.graphql.org/September2025/#sec-Fragments-Must-Be-Used
enum FragmentsMustBeUsed {
    static let rule = "Fragments Must Be Used"

    static func check(_ typed: TypedDocument, _ context: ValidationContext) {
        var spread: Set<String> = []
        for facts in typed.operations + typed.fragments {
            for target in facts.spreads { spread.insert(context.index.fragments[target.fragment].name.value) }
        }
        for fragment in context.index.fragments where !spread.contains(fragment.name.value) {
            context.errors.add(
                rule, at: fragment.name.range, message: "Fragment \(fragment.name.value.quoted) is never used.")
        }
    }
}
