import Diagnostics
import ExactText

/// A node within its tree, with functions that return modified trees.
package struct YAMLPlace: Sendable {
    package let node: YAMLNode
    /// Of a mapping's value; `nil` for an item of a list and for the root.
    package let key: ExactString?
    /// The key's, or the node's own without one.
    package let keyRange: SourceRange
    /// The whole tree with this node replaced; `nil` removes the item, or the key with its value.
    package let replacing: @Sendable (YAMLNode?) -> YAMLNode

    package init(root: YAMLNode) { self.init(root, key: nil, root.range) { $0 ?? root.with(.mapping([])) } }

    private init(
        _ node: YAMLNode, key: ExactString?, _ keyRange: SourceRange,
        replacing: @escaping @Sendable (YAMLNode?) -> YAMLNode
    ) {
        self.node = node
        self.key = key
        self.keyRange = keyRange
        self.replacing = replacing
    }

    /// The values of a mapping in order; empty for other nodes.
    package var members: [YAMLPlace] {
        guard case .mapping(let members) = node.content else { return [] }
        return members.enumerated().map { index, member in
            YAMLPlace(member.value, key: member.key, member.keyRange) { [node, replacing] new in
                var changed = members
                if let new { changed[index].value = new } else { changed.remove(at: index) }
                return replacing(node.with(.mapping(changed)))
            }
        }
    }

    package subscript(_ key: ExactString) -> YAMLPlace? { members.first { $0.key == key } }

    /// The items of a list; empty for other nodes.
    package var items: [YAMLPlace] {
        guard case .sequence(let items) = node.content else { return [] }
        return items.enumerated().map { index, item in
            YAMLPlace(item, key: nil, item.range) { [node, replacing] new in
                var changed = items
                if let new { changed[index] = new } else { changed.remove(at: index) }
                return replacing(node.with(.sequence(changed)))
            }
        }
    }

    /// The whole tree with values of this mapping set, or removed if `nil`.
    package func setting(_ values: KeyValuePairs<ExactString, YAMLNode?>) -> YAMLNode {
        guard case .mapping(var members) = node.content else { return replacing(node) }
        for (key, value) in values {
            members.removeAll { $0.key == key }
            if let value { members.append(YAMLMember(key: key, keyRange: node.range, value: value)) }
        }
        return replacing(node.with(.mapping(members)))
    }

    /// The whole tree with a further item of this list.
    package func appending(_ item: YAMLNode) -> YAMLNode {
        guard case .sequence(let items) = node.content else { return replacing(node) }
        return replacing(node.with(.sequence(items + [item])))
    }
}

extension YAMLNode {
    fileprivate func with(_ content: Content) -> YAMLNode {
        var copy = self
        copy.content = content
        return copy
    }
}
