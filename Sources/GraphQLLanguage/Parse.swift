import Diagnostics

/// The document that `source` spells (section 2.2), in one pass over its bytes.
///
/// Throws the first ``SyntaxError``; exceeding one of `limits` is one too. Nothing is known of a
/// schema here.
public func parse(
    _ source: SourceText, limits: ParseLimits = .init(), allow: DocumentKind = .any
) throws(SyntaxError) -> Document {
    try withParser(source.bytes, limits) { parser throws(SyntaxError) in try parser.document(allow: allow) }
}

/// The same for bytes; `name` is only for whoever reads the call, as syntax trees keep none.
public func parse(
    bytes: [UInt8], name: String = "", limits: ParseLimits = .init(), allow: DocumentKind = .any
) throws(SyntaxError) -> Document {
    try parse(SourceText(name: name, bytes: bytes), limits: limits, allow: allow)
}

/// The one value that `text` spells (section 2.10), such as a default value; variables only where
/// `allowVariables` says so.
public func parseValue(
    _ text: String, limits: ParseLimits = .init(), allowVariables: Bool = false
) throws(SyntaxError) -> Value {
    try withParser(Array(text.utf8), limits) { parser throws(SyntaxError) in
        let value = try parser.value(isConst: !allowVariables)
        try parser.expectEnd()
        return value
    }
}

/// The one type that `text` spells (section 2.12), such as `[String!]!`.
public func parseType(_ text: String, limits: ParseLimits = .init()) throws(SyntaxError) -> TypeReference {
    try withParser(Array(text.utf8), limits) { parser throws(SyntaxError) in
        let type = try parser.typeReference()
        try parser.expectEnd()
        return type
    }
}

private func withParser<Node>(
    _ bytes: [UInt8], _ limits: ParseLimits, _ body: (inout Parser) throws(SyntaxError) -> Node
) throws(SyntaxError) -> Node {
    let most = min(limits.bytes, ParseLimits.largest)
    guard bytes.count <= most else {
        throw SyntaxError(
            "The document is larger than \(most) bytes.", range: SourceRange(0, 0),
            kind: .limit(name: .bytes, limit: most))
    }
    return try bytes.withUnsafeBufferPointer { buffer throws(SyntaxError) in
        var parser = try Parser(buffer, limits)
        return try body(&parser)
    }
}
