import Diagnostics
import ExactText

/// The value of a YAML text; `nil` for an empty text or only comments, which differs from `{}`.
///
/// Throws every duplicate key, and the first syntax error, with positions. Refuses anchors and
/// aliases (a few lines of them expand into millions of nodes), tags, several documents in one
/// text, keys that are not scalars, and more than `limits` allow.
public func parseYAML(_ source: SourceText, limits: YAMLLimits = .standard) throws(Diagnostics) -> YAMLNode? {
    guard source.bytes.count <= limits.bytes else {
        throw Diagnostics([
            Diagnostic("The file has \(source.bytes.count) bytes; at most \(limits.bytes) are read.", file: source.name)
        ])
    }
    let result = source.bytes.withUnsafeBufferPointer { bytes -> Result<YAMLNode?, Diagnostics> in
        var builder: YAMLBuilder
        do throws(Diagnostic) {
            builder = YAMLBuilder(events: try LibYAML(bytes), limits: limits)
        } catch {
            return .failure(Diagnostics([error]))
        }
        do throws(Diagnostic) {
            let root = try builder.document()
            return builder.duplicates.isEmpty ? .success(root) : .failure(Diagnostics(builder.duplicates))
        } catch {
            return .failure(Diagnostics(builder.duplicates + [error]))
        }
    }
    switch result {
    case .success(let node): return node
    case .failure(let problems):
        throw Diagnostics(
            problems.items.map { item in
                var item = item
                item.file = source.name
                return item
            })
    }
}

/// Builds the tree from the events.
private struct YAMLBuilder {
    let events: LibYAML
    let limits: YAMLLimits
    var duplicates: [Diagnostic] = []
    private var nodes = 0

    init(events: LibYAML, limits: YAMLLimits) { (self.events, self.limits) = (events, limits) }

    mutating func document() throws(Diagnostic) -> YAMLNode? {
        let first = try events.next()
        guard case .documentStart = first.event else { return nil }
        let root = try node(try events.next(), depth: 0)
        _ = try events.next()  // the end of the document
        let last = try events.next()
        guard case .streamEnd = last.event else {
            throw Diagnostic("A second document begins here: a file holds one.", range: last.range)
        }
        if case .scalar("", .plain) = root.content { return nil }
        return root
    }

    private mutating func node(
        _ next: (event: LibYAML.Event, range: SourceRange), depth: Int
    ) throws(Diagnostic) -> YAMLNode {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw Diagnostic("The file holds more than \(limits.nodes) values.", range: next.range)
        }
        guard depth <= limits.depth else {
            throw Diagnostic("The file is nested deeper than \(limits.depth) levels.", range: next.range)
        }
        switch next.event {
        case .scalar(let text, let style): return YAMLNode(.scalar(text, style), range: next.range)
        case .sequenceStart: return try sequence(from: next.range, depth: depth)
        case .mappingStart: return try mapping(from: next.range, depth: depth)
        case .alias: throw Diagnostic("Aliases (`*name`) are not supported: write the value out.", range: next.range)
        case .anchored:
            throw Diagnostic(
                "Anchors (`&name`) are not supported: write the value out where it is needed.", range: next.range)
        case .tagged: throw Diagnostic("Tags (`!name`) are not supported.", range: next.range)
        case .sequenceEnd, .mappingEnd, .documentStart, .documentEnd, .streamEnd:
            throw Diagnostic("Expected a value here.", range: next.range)
        }
    }

    private mutating func sequence(from start: SourceRange, depth: Int) throws(Diagnostic) -> YAMLNode {
        var items: [YAMLNode] = []
        while true {
            let next = try events.next()
            if case .sequenceEnd = next.event {
                return YAMLNode(.sequence(items), range: extent(start, next.range, last: items.last?.range))
            }
            items.append(try node(next, depth: depth + 1))
        }
    }

    private mutating func mapping(from start: SourceRange, depth: Int) throws(Diagnostic) -> YAMLNode {
        var members: [YAMLMember] = []
        var seen: Set<ExactString> = []
        while true {
            let next = try events.next()
            if case .mappingEnd = next.event {
                return YAMLNode(.mapping(members), range: extent(start, next.range, last: members.last?.value.range))
            }
            let key = try node(next, depth: depth + 1)
            guard case .scalar(let name, _) = key.content else {
                throw Diagnostic("A key must be a plain text.", range: key.range)
            }
            if !seen.insert(ExactString(name)).inserted {
                duplicates.append(Diagnostic("The key `\(name)` stands twice in one mapping.", range: key.range))
            }
            members.append(
                YAMLMember(key: name, keyRange: key.range, value: try node(try events.next(), depth: depth + 1)))
        }
    }

    /// A block ends with its last value, because libyaml places its end where the next one begins;
    /// a flow ends with its bracket.
    private func extent(_ start: SourceRange, _ end: SourceRange, last: SourceRange?) -> SourceRange {
        if end.start < end.end { return start.through(end) }
        return start.through(last ?? start)
    }
}
