import Diagnostics

/// A topological order of the fragments, each after all that it spreads, and any cycles.
///
/// Without recursion: fragments may form chains as long as the document.
struct FragmentOrder {
    /// Positions in ``DocumentIndex/fragments``; complete only without cycles.
    private(set) var order: [Int] = []
    /// For each cycle, its fragments in the order of their spreads, and the spreads.
    private(set) var cycles: [[(fragment: Int, spread: SourceRange)]] = []

    private enum Mark { case new, open, done }

    /// It stops at `cycleLimit` cycles.
    init(_ fragments: [TypedDocument.Facts], cycleLimit: Int) {
        var marks = [Mark](repeating: .new, count: fragments.count)
        for start in fragments.indices where marks[start] == .new {
            // The path from `start`, each with its next spread to visit.
            var path: [(fragment: Int, next: Int)] = [(start, 0)]
            marks[start] = .open
            while let (fragment, next) = path.last {
                guard next < fragments[fragment].spreads.count else {
                    marks[fragment] = .done
                    order.append(fragment)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let target = fragments[fragment].spreads[next].fragment
                switch marks[target] {
                case .new:
                    marks[target] = .open
                    path.append((target, 0))
                case .open:
                    guard cycles.count < cycleLimit, let first = path.lastIndex(where: { $0.fragment == target }) else {
                        return
                    }
                    cycles.append(
                        path[first...].map { ($0.fragment, fragments[$0.fragment].spreads[$0.next - 1].range) })
                case .done: break
                }
            }
        }
    }
}
