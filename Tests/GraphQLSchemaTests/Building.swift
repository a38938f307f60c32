import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import Testing

/// The schema of an SDL text; its problems are thrown as `line:column message [hint]`, without a
/// place where they have none.
func build(_ sdl: String, scalars: [String: ScalarCoercion] = [:]) throws -> Schema {
    let source = SourceText(name: "schema.graphql", sdl)
    return try SchemaBuilder.build(
        document: parse(source, limits: .schema, allow: .any), source: source, scalars: scalars)
}

/// What `SchemaBuilder` finds wrong with an SDL text, one line a problem: `line:column: message |
/// hint`, `-:` for the place where there is none.
func problems(of sdl: String, scalars: [String: ScalarCoercion] = [:]) throws -> [String] {
    let source = SourceText(name: "schema.graphql", sdl)
    let document = try parse(source, limits: .schema, allow: .any)
    do throws(Diagnostics) {
        _ = try SchemaBuilder.build(document: document, source: source, scalars: scalars)
        return []
    } catch {
        return error.items.map { item in
            let place = item.range.map { source.position(at: Int($0.start)) }
            return (place.map { "\($0.line):\($0.column): " } ?? "-: ") + item.message
                + (item.hint.map { " | \($0)" } ?? "")
        }
    }
}

/// One text and what is wrong with it.
struct SchemaCase: Sendable, CustomTestStringConvertible {
    let name: String
    let sdl: String
    let problems: [String]

    init(_ name: String, _ sdl: String, _ problems: [String]) {
        self.name = name
        self.sdl = sdl
        self.problems = problems
    }

    var testDescription: String { name }
}
