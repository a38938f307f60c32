import Diagnostics
import GraphQLLanguage

/// Builds a ``Schema`` from a type-system document.
public struct SchemaBuilder {
    /// The schema described by `document`, with its extensions applied, and the specified scalars
    /// and directives and introspection's types added.
    ///
    /// Checks every rule of the specification's section 3 (GraphQL, September 2025). Throws all
    /// problems together, in the order of the text, at most ``SchemaLimits/problems``. The document
    /// may contain definitions without a place in `source` (range ``SourceRange/none``): their
    /// problems have no range.
    ///
    /// - Parameters:
    ///   - source: The text of `document`; gives problems the name of their file.
    ///   - scalars: The input coercion of custom scalars; a missing one accepts any value
    ///     (``ScalarCoercion/passThrough``).
    public static func build(
        document: Document, source: SourceText, scalars: [String: ScalarCoercion] = [:]
    ) throws(Diagnostics) -> Schema {
        var problems = ProblemList(source: source)
        let draft = SchemaDraft(document, &problems)
        var check = SchemaCheck(draft: draft, scalars: scalars, problems: problems)
        check.all()
        guard check.problems.isEmpty, let schema = SchemaAssembly(draft: draft, scalars: scalars).schema() else {
            throw Diagnostics(check.problems.sorted())
        }
        return schema
    }
}

public enum SchemaLimits {
    /// Problems that one build reports. Guards against a wrong file with a problem on every line.
    public static let problems = 100
}
