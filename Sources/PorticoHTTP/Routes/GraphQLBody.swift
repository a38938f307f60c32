import ExactText
import HTTPWire
import JSONBytes
import PorticoGateway

/// Parses requests of GraphQL over HTTP, from a body or a query string. Pure, for any thread.
enum GraphQLBody {
    /// Depth and number of values of `variables`. Guards against a body of brackets.
    private static let limits = JSONLimits()

    /// A JSON object with `query` or `documentId`, and optionally `operationName`, `variables` and
    /// `extensions`; or an array of such objects. Others are ignored, as the specification
    /// requires.
    /// - Parameters:
    ///   - batch: Maximum entries of an array; 0 refuses arrays.
    ///   - documentBytes: Longer documents are refused later, and not hashed here.
    static func parse(_ body: [UInt8], batch: Int, documentBytes: Int = .max) throws(RefusedRequest) -> RequestContent {
        guard !body.isEmpty else { throw malformed("The body is empty; expected a JSON object with \"query\".") }
        switch body.withUnsafeBytes({ raw in
            Result { () throws(JSONError) in try BodyReading(raw, limits: limits, batch: batch) }
        }) {
        case .failure(let error): throw malformed("The body is not a JSON object as expected: \(error)")
        case .success(let reading): return try reading.content(documentBytes: documentBytes)
        }
    }

    /// The parameters of a GET; `variables` and `extensions` are JSON texts.
    static func parse(
        _ parameters: [QueryParameter], documentBytes: Int = .max
    ) throws(RefusedRequest) -> RequestParameters {
        var fields = RequestFields()
        var seen: Set<ExactString> = []
        for parameter in parameters {
            guard
                ["query", "documentId", "operationName", "variables", "extensions"].contains(
                    ExactString(parameter.name))
            else { continue }
            guard seen.insert(ExactString(parameter.name)).inserted else {
                throw malformed("The parameter \"\(parameter.name)\" stands twice in the URL.")
            }
            // An empty parameter counts as missing.
            if parameter.value.isEmpty { continue }
            switch parameter.name {
            case "query": fields.parameters.query = Array(parameter.value.utf8)
            case "documentId": fields.parameters.documentID = parameter.value
            case "operationName": fields.parameters.operationName = parameter.value
            default: try read(parameter, into: &fields)
            }
        }
        guard
            fields.parameters.query != nil || fields.parameters.documentID != nil
                || fields.parameters.persistedName != nil
        else {
            throw malformed("The parameter \"query\" is missing in the URL.")
        }
        fields.parameters.isReadOnly = true
        return try fields.request(documentBytes: documentBytes)
    }

    private static func read(_ parameter: QueryParameter, into fields: inout RequestFields) throws(RefusedRequest) {
        let result = Array(parameter.value.utf8).withUnsafeBytes { raw in
            Result { () throws(JSONError) in
                var reader = JSONReader(raw, limits: limits)
                if parameter.name == "variables" {
                    try fields.readVariables(&reader)
                } else {
                    try fields.readExtensions(&reader)
                }
                try reader.readEnd()
            }
        }
        if case .failure(let error) = result {
            throw malformed("The parameter \"\(parameter.name)\" is not a JSON object: \(error)")
        }
    }

    static func malformed(_ message: String) -> RefusedRequest { RefusedRequest(400, .badInput, message) }
}

/// The content of a body: one object, or an array.
private struct BodyReading {
    private var entries: [RequestFields?] = []
    private var isBatch = false
    private var isTooLong = false
    private let batch: Int

    init(_ raw: UnsafeRawBufferPointer, limits: JSONLimits, batch: Int) throws(JSONError) {
        self.batch = batch
        var reader = JSONReader(raw, limits: limits)
        guard try reader.peekKind() == .array else {
            entries = [try RequestFields(&reader)]
            try reader.readEnd()
            return
        }
        isBatch = true
        try reader.readArray { reader throws(JSONError) in
            guard entries.count < batch else {
                isTooLong = true
                try reader.skipValue()
                return
            }
            if try reader.peekKind() == .object {
                entries.append(try RequestFields(&reader))
            } else {
                try reader.skipValue()
                entries.append(nil)
            }
        }
        try reader.readEnd()
    }

    func content(documentBytes: Int) throws(RefusedRequest) -> RequestContent {
        guard isBatch else {
            return .single(try entries[0]?.request(documentBytes: documentBytes) ?? RequestParameters())
        }
        guard batch > 0 else {
            throw GraphQLBody.malformed(
                "The body is an array; batches of requests are switched off here. Send one JSON object with \"query\".")
        }
        if isTooLong {
            throw RefusedRequest(400, .limitExceeded, "The batch has more than \(batch) requests.", limit: .batch)
        }
        guard !entries.isEmpty else {
            throw GraphQLBody.malformed("The batch is empty; expected JSON objects with \"query\".")
        }
        return .batch(
            entries.map { entry in
                Result { () throws(RefusedRequest) in
                    guard let entry else {
                        throw GraphQLBody.malformed("This entry of the batch is not a JSON object.")
                    }
                    return try entry.request(documentBytes: documentBytes)
                }
            })
    }
}

/// The members of one request by key, and the last problem with them.
private struct RequestFields {
    var parameters = RequestParameters()
    private var problem: String?

    init() {}

    init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readObject { reader, key throws(JSONError) in
            if reader.text(key, equals: "query") {
                parameters.query = try readText("query", &reader)
            } else if reader.text(key, equals: "variables") {
                try readVariables(&reader)
            } else if reader.text(key, equals: "operationName") {
                parameters.operationName = try readText("operationName", &reader).flatMap {
                    $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self)
                }
            } else if reader.text(key, equals: "documentId") {
                parameters.documentID = try readText("documentId", &reader).map { String(decoding: $0, as: UTF8.self) }
            } else if reader.text(key, equals: "extensions") {
                try readExtensions(&reader)
            } else {
                try reader.skipValue()
            }
        }
    }

    mutating func readVariables(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peekKind() {
        case .object: if case .object(let members) = try reader.readValue() { parameters.variables = members }
        case .null: try reader.readNull()
        default: try skip("variables", "an object", &reader)
        }
    }

    /// The only known extension is Apollo's `persistedQuery`.
    mutating func readExtensions(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peekKind() {
        case .object:
            try reader.readObject { reader, key throws(JSONError) in
                if reader.text(key, equals: "persistedQuery") {
                    try readPersistedQuery(&reader)
                } else {
                    try reader.skipValue()
                }
            }
        case .null: try reader.readNull()
        default: try skip("extensions", "an object", &reader)
        }
    }

    private mutating func readPersistedQuery(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peekKind() {
        case .null: return try reader.readNull()
        case .object: break
        default: return try skip("extensions.persistedQuery", "an object", &reader)
        }
        var version: String?
        try reader.readObject { reader, key throws(JSONError) in
            if reader.text(key, equals: "version"), try reader.peekKind() == .number {
                version = reader.string(in: try reader.readNumberRange())
            } else if reader.text(key, equals: "sha256Hash") {
                parameters.persistedName = try readText("extensions.persistedQuery.sha256Hash", &reader).map {
                    String(decoding: $0, as: UTF8.self)
                }
            } else {
                try reader.skipValue()
            }
        }
        if version != "1" {
            problem = "The \"version\" of \"extensions.persistedQuery\" is not 1, the only one that is known."
        }
        if parameters.persistedName == nil {
            problem = problem ?? "\"extensions.persistedQuery\" has no \"sha256Hash\"."
        }
    }

    /// A string; `nil` for null, as if it were missing.
    private mutating func readText(_ key: String, _ reader: inout JSONReader) throws(JSONError) -> [UInt8]? {
        switch try reader.peekKind() {
        case .string: return try reader.readStringBytes()
        case .null: try reader.readNull()
        default: try skip(key, "a string", &reader)
        }
        return nil
    }

    private mutating func skip(_ key: String, _ expected: String, _ reader: inout JSONReader) throws(JSONError) {
        try reader.skipValue()
        problem = "The member \"\(key)\" of the request is not \(expected)."
    }

    func request(documentBytes: Int) throws(RefusedRequest) -> RequestParameters {
        if let problem { throw GraphQLBody.malformed(problem) }
        guard parameters.query != nil || parameters.documentID != nil || parameters.persistedName != nil else {
            throw GraphQLBody.malformed("The request has no \"query\".")
        }
        var parameters = parameters
        if parameters.persistedName != nil, let query = parameters.query, query.count <= documentBytes {
            parameters.hashOfQuery = DocumentHash(of: query)
        }
        return parameters
    }
}
