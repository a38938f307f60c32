import Diagnostics
import ExactText
import YAMLTree

/// The non-default fields of the root, from `resolvers/Query.yaml`.
///
/// By default, a field with `@list` is the list of its type, and a field with one required argument
/// is the getter by the field of that name. Other fields:
///
/// ```yaml
/// fields:
///   apiVersion: { constant: "1.0" }
///   viewer: { viewer: User }            # the viewer's own row
///   ticket: { get: Ticket }             # defaults may be stated
///   tickets: { list: Ticket }
/// globalId: id                          # instead of nodeId
/// ```
struct QueryFile {
    enum Kind: String, CaseIterable { case constant, viewer, get, list }

    struct Field {
        var kind: Kind
        var value: YAMLNode
        var range: SourceRange
    }

    let source: SourceText
    private(set) var fields: [ExactString: Field] = [:]
    /// The name of the field that holds global ids (``NodeTypes``).
    private(set) var globalID = NodeTypes.fields[0]

    init(_ source: SourceText, problems: inout [Diagnostic]) {
        self.source = source
        var reader = YAMLReader(source)
        read(&reader)
        problems += reader.diagnostics
    }

    private mutating func read(_ reader: inout YAMLReader) {
        guard let root = reader.root() else { return }
        guard let mapping = reader.mapping(root, allowedKeys: ["fields", "globalId"], as: "the file of the query root")
        else { return }
        if let node = mapping["globalId"], let name = reader.choice(node, of: NodeTypes.fields, as: "`globalId`") {
            globalID = name
        }
        guard let node = mapping["fields"], let members = reader.mapping(node, as: "`fields`")?.members else { return }
        for member in members {
            let words = Kind.allCases.map(\.rawValue)
            guard let inner = reader.mapping(member.value, allowedKeys: words, as: "the field `\(member.key)`") else {
                continue
            }
            guard inner.members.count == 1, let only = inner.members.first, let kind = Kind(rawValue: only.key.text)
            else {
                reader.report(
                    "A root field has exactly one of \(words.map { "`\($0)`" }.joined(separator: ", ")).",
                    at: member.keyRange)
                continue
            }
            fields[member.key] = Field(kind: kind, value: only.value, range: member.keyRange)
        }
    }
}
