import Diagnostics
import PorticoCatalog
import YAMLTree

/// The section `fields`.
extension AccessSuiteReader {
    /// `Type: { viewer: all, other: { except: [...] } }`: exactly which fields each viewer may
    /// select, in the syntax of `roles.yaml`.
    mutating func readFields(_ node: YAMLNode) {
        guard let types = reader.mapping(node, as: "`fields`") else { return }
        for entry in types.members {
            guard let type = catalog.types[entry.key] else {
                reader.report(
                    "There is no type `\(entry.key)`.", at: entry.keyRange,
                    hint: didYouMean(suggestion(for: entry.key.text, among: catalog.types.keys)))
                continue
            }
            guard let rows = reader.mapping(entry.value, as: "the fields of \(type.name)") else { continue }
            for row in rows.members {
                guard let fields = fields(row.value, of: type) else { continue }
                for viewer in viewers(row, in: rows) {
                    add(
                        AccessCase(
                            test: "the fields of \(type.name)", viewer: viewer,
                            subject: .fields(type: type.name, fields), range: row.keyRange))
                }
            }
        }
    }

    private mutating func fields(_ node: YAMLNode, of type: TypeBinding) -> Set<String>? {
        let all = Set(type.fields.keys)
        switch node.content {
        case .scalar("all", _): return all
        case .scalar("none", _): return []
        case .sequence: return names(node, of: type)
        case .mapping(let members):
            guard let mapping = reader.mapping(node, allowedKeys: ["except"], as: "the fields"),
                let except = mapping["except"]
            else {
                if members.isEmpty { reader.report("Expected `{ except: [...] }`.", at: node.range) }
                return nil
            }
            return names(except, of: type).map { all.subtracting($0) }
        case .scalar:
            reader.report(
                "Expected `all`, `none`, a list of fields or `{ except: [...] }`, found \(node.kindDescription).",
                at: node.range)
            return nil
        }
    }

    private mutating func names(_ node: YAMLNode, of type: TypeBinding) -> Set<String>? {
        guard let items = reader.sequence(node, as: "the fields of \(type.name)") else { return nil }
        var names: Set<String> = []
        for item in items {
            guard let name = reader.string(item, as: "a field") else { return nil }
            if type.fields[name] == nil {
                reader.report(
                    "\(type.name) has no field `\(name)`.", at: item.range,
                    hint: didYouMean(suggestion(for: name, among: type.fields.keys)))
            }
            names.insert(name)
        }
        return names
    }
}
