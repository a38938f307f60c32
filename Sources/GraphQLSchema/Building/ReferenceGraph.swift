import Diagnostics

/// References between names, for finding cycles.
struct ReferenceGraph {
    struct Edge {
        var from: String
        var to: String
        /// The edge's name in messages.
        var label: String
        var range: SourceRange
    }

    private var order: [String] = []
    private var edges: [String: [Edge]] = [:]

    mutating func add(_ edge: Edge) {
        if edges[edge.from] == nil { order.append(edge.from) }
        edges[edge.from, default: []].append(edge)
    }

    /// Cycles of references, never empty, each from its first edge to the closing one: at least one
    /// for every set of names that reach each other. Walks every edge once, without recursion.
    func cycles() -> [[Edge]] {
        var found: [[Edge]] = []
        var isDone: Set<String> = []
        for root in order where !isDone.contains(root) {
            var names = [root], next = [0], path: [Edge] = []
            var depth = [root: 0]
            while let name = names.last {
                let outgoing = edges[name] ?? []
                let position = next[next.count - 1]
                guard position < outgoing.count else {
                    isDone.insert(name)
                    depth[name] = nil
                    names.removeLast()
                    next.removeLast()
                    if !path.isEmpty { path.removeLast() }
                    continue
                }
                next[next.count - 1] += 1
                let edge = outgoing[position]
                if let start = depth[edge.to] {
                    found.append(path[start...] + [edge])
                } else if !isDone.contains(edge.to) {
                    path.append(edge)
                    depth[edge.to] = names.count
                    names.append(edge.to)
                    next.append(0)
                }
            }
        }
        return found
    }
}
