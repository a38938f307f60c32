import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import TestDocuments
import TestFixtures

/// One schema that documents are made for, as text for the reference and built for us.
struct Subject: Sendable {
    let name: String
    let text: String
    let schema: Schema
    let types: TypeFacts
    let names: [String]
    let definitions: [[String]]

    /// Custom scalars take every literal on both sides: what a scalar makes of its input is no
    /// matter of the rules.
    init(name: String, text: String, definitions: [[String]]) {
        let source = SourceText(name: name, text)
        do {
            schema = try SchemaBuilder.build(
                document: parse(source, limits: .schema, allow: .typeSystem), source: source)
        } catch {
            preconditionFailure("\(name) is no schema: \(error)")
        }
        self.name = name
        self.text = text
        self.definitions = definitions
        let schema = schema
        types = TypeFacts(schema)
        let own = schema.typeOrder.compactMap { schema.type($0) }
        var known = Set(schema.typeOrder + schema.directiveOrder)
        for type in own {
            for field in type.fields?.elements ?? [] { known.formUnion([field.name] + field.arguments.names) }
            if case .inputObject(let input) = type { known.formUnion(input.fields.names) }
            if case .enum(let type) = type { known.formUnion(type.values.names) }
        }
        names = known.sorted() + ["F1", "F2", "a", "v1", "v2", "__typename"]
    }

    /// The API of this repository as clients see it, everything derived included.
    static let spotex = Subject(name: "spotex", text: Fixture.catalog.schema.sdl(), definitions: [])
    static let nasty = Subject(name: "nasty", text: NastySchema.text, definitions: NastySchema.definitions)
    static let all = [spotex, nasty]

    /// No document of the comparison comes near these: it is about the specification, not about
    /// limits.
    private static let parseLimits = ParseLimits(tokens: 1_000_000, depth: 400, bytes: 1 << 24)
    private static let limits = ValidationLimits(
        errors: 100, depth: 400, introspectionDepth: 400, introspectionLists: 400, rootFields: 100_000,
        selections: 1_000_000, nesting: 400, work: 100_000_000)

    enum Verdict: Equatable {
        case accepted
        case unparsed(String)
        case invalid(rules: Set<String>, message: String)
    }

    func verdict(on bytes: [UInt8]) -> Verdict {
        let source = SourceText(name: "", bytes: bytes)
        do throws(SyntaxError) {
            let document = try parse(source, limits: Self.parseLimits)
            let errors = Validator(schema: schema, limits: Self.limits).validate(document, source: source)
            return errors.isEmpty ? .accepted : .invalid(rules: Set(errors.map(\.rule)), message: errors[0].message)
        } catch {
            return .unparsed(error.message)
        }
    }
}
