import HTTPWire
import JSONBytes
import PorticoGateway

/// Reads GraphQL requests as GraphQL over HTTP has them, in a body or in a query string.
enum GraphQLBody {
    /// Depth and number of values of `variables`; stands against a body of brackets.
    private static let limits = JSONLimits()

    /// A JSON object with `query`, and where they are needed `operationName`, `variables` and `extensions`. Other members are ignored, as the specification wants.
    static func parse(_ body: [UInt8]) throws(RefusedRequest) -> GraphQLRequest {
        guard !body.isEmpty else { throw malformed("The body is empty; expected a JSON object with \"query\".") }
        switch body.withUnsafeBytes({ raw in Result { () throws(JSONError) in try Fields(raw) } }) {
        case .failure(let error): throw malformed("The body is not a JSON object as expected: \(error)")
        case .success(let fields): return try fields.request()
        }
    }

    /// The parameters of a GET; `variables` and `extensions` are JSON texts.
    static func parse(_ parameters: [QueryParameter]) throws(RefusedRequest) -> GraphQLRequest {
        var request = GraphQLRequest(query: [], isReadOnly: true)
        var seen: Set<String> = []
        for parameter in parameters {
            guard ["query", "operationName", "variables", "extensions"].contains(parameter.name) else { continue }
            guard seen.insert(parameter.name).inserted else { throw malformed("The parameter \"\(parameter.name)\" stands twice in the URL.") }
            switch parameter.name {
            case "query": request.query = Array(parameter.value.utf8)
            case "operationName": request.operationName = parameter.value.isEmpty ? nil : parameter.value
            case "variables": request.variables = try members(parameter)
            default: _ = try members(parameter)
            }
        }
        guard !request.query.isEmpty else { throw malformed("The parameter \"query\" is missing in the URL.") }
        return request
    }

    private static func members(_ parameter: QueryParameter) throws(RefusedRequest) -> [JSONMember] {
        if parameter.value.isEmpty { return [] }
        do throws(JSONError) {
            switch try parseJSON(Array(parameter.value.utf8), limits: limits) {
            case .object(let members): return members
            case .null: return []
            default: throw JSONError("It is not an object.", offset: 0)
            }
        } catch {
            throw malformed("The parameter \"\(parameter.name)\" is not a JSON object: \(error)")
        }
    }

    private static func malformed(_ message: String) -> RefusedRequest { RefusedRequest(400, .badInput, message) }

    /// What stands in a body, each under its key.
    private struct Fields {
        var query: [UInt8]?
        var operationName: String?
        var variables: [JSONMember] = []
        var wrong: (key: StaticString, expected: StaticString)?

        init(_ raw: UnsafeRawBufferPointer) throws(JSONError) {
            var reader = JSONReader(raw, limits: limits)
            try reader.readObject { reader, key throws(JSONError) in
                if reader.text(key, equals: "query") {
                    if try reader.peekKind() == .string { query = try reader.readStringBytes() } else { try skip("query", "a string", &reader) }
                } else if reader.text(key, equals: "variables") {
                    switch try reader.peekKind() {
                    case .object: if case .object(let members) = try reader.readValue() { variables = members }
                    case .null: try reader.readNull()
                    default: try skip("variables", "an object", &reader)
                    }
                } else if reader.text(key, equals: "operationName") {
                    switch try reader.peekKind() {
                    case .string: operationName = try reader.readString()
                    case .null: try reader.readNull()
                    default: try skip("operationName", "a string", &reader)
                    }
                } else if reader.text(key, equals: "extensions") {
                    switch try reader.peekKind() {
                    case .object, .null: try reader.skipValue()
                    default: try skip("extensions", "an object", &reader)
                    }
                } else {
                    try reader.skipValue()
                }
            }
            try reader.readEnd()
        }

        private mutating func skip(_ key: StaticString, _ expected: StaticString, _ reader: inout JSONReader) throws(JSONError) {
            try reader.skipValue()
            wrong = (key, expected)
        }

        func request() throws(RefusedRequest) -> GraphQLRequest {
            if let wrong { throw malformed("The member \"\(wrong.key)\" of the body is not \(wrong.expected).") }
            // An empty text is well-formed, as any other that does not parse (GraphQL over HTTP, section 5.1).
            guard let query else { throw malformed("The body has no \"query\".") }
            return GraphQLRequest(query: query, operationName: operationName.flatMap { $0.isEmpty ? nil : $0 }, variables: variables)
        }
    }
}
