import GraphQLSchema
import PorticoCatalog

/// Documents that select every field of a type without running anything: fields that the viewer may
/// not select are refused by name.
struct FieldQuestion {
    /// Fields of one document. Guards against more errors than one answer lists.
    static let fields = 50
    /// Fields from the root to the type. Guards against searching a large schema.
    static let steps = 6

    /// The path from the root to the type, such as `tickets`; empty if there is none.
    let way: [String]
    /// Each selects some of the fields.
    let documents: [[UInt8]]

    /// - Parameter schema: The viewer's schema; the whole schema is used for types that it lacks.
    init(_ type: TypeBinding, schema: Schema, catalog: Catalog) {
        let way = Self.way(to: type.name, schema) ?? Self.way(to: type.name, catalog.schema) ?? []
        self.way = way
        guard !way.isEmpty else {
            documents = []
            return
        }
        let names = type.fields.keys.sorted()
        documents = stride(from: 0, to: names.count, by: Self.fields).map { start in
            let asked = names[start..<min(start + Self.fields, names.count)].map {
                type.relation($0) == nil ? $0 : "\($0) { __typename }"
            }
            let opened = way.enumerated().map { $0.offset == 0 ? "\($0.element) @skip(if: true)" : $0.element }.joined(
                separator: " { ")
            return Array(
                "query Fields { \(opened) { \(asked.joined(separator: " ")) } \(String(repeating: "} ", count: way.count - 1))}"
                    .utf8)
        }
    }

    /// The shortest, first path in the schema through fields without required arguments.
    private static func way(to type: String, _ schema: Schema) -> [String]? {
        var seen: Set<String> = [schema.queryType.name]
        var edge: [(type: String, way: [String])] = [(schema.queryType.name, [])]
        for _ in 0..<steps {
            var next: [(type: String, way: [String])] = []
            for (name, way) in edge {
                for field in schema.type(name)?.fields?.elements ?? []
                where !field.arguments.contains(where: \.isRequired) {
                    let target = field.type.name
                    if target == type { return way + [field.name] }
                    guard schema.type(target)?.isComposite == true, seen.insert(target).inserted else { continue }
                    next.append((target, way + [field.name]))
                }
            }
            edge = next
        }
        return nil
    }
}
