import Diagnostics
import GraphQLLanguage

/// From a type-system document to a ``Schema``.
public struct SchemaBuilder {
    /// The schema that `document` describes, its extensions applied, with the specified scalars and
    /// directives and introspection's types added.
    ///
    /// Every rule of the specification's section 3 is checked (GraphQL, September 2025). Throws all
    /// problems together, in the order of the text, at most ``SchemaLimits/problems``. Definitions
    /// without a place in `source` (range ``SourceRange/none``) may stand in the document: their
    /// problems have no range.
    ///
    /// - Parameters:
    ///   - source: the text of `document`; gives problems the name of their file.
    ///   - scalars: how the input of custom scalars is coerced; one that is missing here takes any
    ///     value (``ScalarCoercion/passThrough``).
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
    /// Problems that one build reports. Stands against a wrong file with a problem on every line.
    public static let problems = 100
}
