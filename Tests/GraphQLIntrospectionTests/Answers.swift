import Diagnostics
import Foundation
import GraphQLIntrospection
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import Testing

func fixture(_ name: String) throws -> String {
    try String(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures/\(name)"), encoding: .utf8)
}

func schema(_ sdl: String) throws -> Schema {
    let source = SourceText(name: "schema.graphql", sdl)
    return try SchemaBuilder.build(document: parse(source, limits: .schema, allow: .typeSystem), source: source)
}

/// Generous, so that what is measured here is introspection's own limits.
private let limits = ValidationLimits(introspectionDepth: 200, introspectionLists: 200)

func operation(_ query: String, on schema: Schema) throws -> ValidatedOperation {
    let source = SourceText(name: "query", query)
    return try Validator(schema: schema, limits: limits).operation(
        parse(source, allow: .executable), source: source, named: nil)
}

/// The whole answer to a query that asks for introspection alone, as text.
func answer(
    _ query: String, on schema: Schema, variables: String = "{}", limits: IntrospectionLimits = .init()
) throws -> String {
    let operation = try operation(query, on: schema)
    guard case .object(let given) = try parseJSON(Array(variables.utf8)) else { throw NoObject() }
    let values = try coerceVariables(operation, given)
    let buffer = ResponseBuffer()
    buffer.append("{")
    for (index, field) in collectFields(
        [operation.operation.selectionSet], on: operation.rootType, in: operation, variables: values
    ).enumerated() {
        if index > 0 { buffer.append(",") }
        buffer.appendJSONString(field.responseKey)
        buffer.append(":")
        try Introspection.write(field.nodes, of: operation, variables: values, into: buffer, limits: limits)
    }
    buffer.append("}")
    return String(decoding: buffer.takeBytes(), as: UTF8.self)
}

struct NoObject: Error {}
