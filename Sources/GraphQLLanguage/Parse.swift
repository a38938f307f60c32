import Diagnostics

/// Parses `source` into a document (section 2.2), in one pass over its bytes.
///
/// Throws the first ``SyntaxError``, including an exceeded limit. Independent of any schema.
public func parse(
    _ source: SourceText, limits: ParseLimits = .init(), allow: DocumentKind = .any
) throws(SyntaxError) -> Document {
    try withParser(source.bytes, limits) { parser throws(SyntaxError) in try parser.document(allow: allow) }
}

/// The same for bytes; `name` only documents the call, as syntax trees keep none.
public func parse(
    bytes: [UInt8], name: String = "", limits: ParseLimits = .init(), allow: DocumentKind = .any
) throws(SyntaxError) -> Document {
    try parse(SourceText(name: name, bytes: bytes), limits: limits, allow: allow)
}

func withParser<Node>(
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
