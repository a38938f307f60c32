/// The known names nearest to an unknown one, by distance, then alphabetically, at most `limit`.
///
/// Ignores case. The distance is Damerau–Levenshtein in its restricted form (an insertion, a
/// deletion, a substitution or a swap of neighbours costs one); the maximum distance grows with the
/// name's length. To bound the work, the result is empty if `name` is longer than 128 bytes or
/// there are more than 2,000 candidates.
public func suggestion(for name: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
    let wanted = foldedBytes(name)
    guard !wanted.isEmpty, wanted.count <= SuggestionLimits.nameBytes, limit > 0 else { return [] }
    let threshold = min(1 + wanted.count / 3, SuggestionLimits.distance)
    let letters = letterMask(wanted)
    var rows = DistanceRows(width: SuggestionLimits.nameBytes + 1)
    var found: [(distance: Int, name: String)] = []
    var count = 0
    for candidate in candidates {
        count += 1
        if count > SuggestionLimits.candidates { return [] }
        let length = candidate.utf8.count
        guard abs(length - wanted.count) <= threshold, length <= SuggestionLimits.nameBytes else { continue }
        let known = foldedBytes(candidate)
        // Each letter that only one of the two has costs an edit, which excludes most names.
        let knownLetters = letterMask(known)
        guard max((letters & ~knownLetters).nonzeroBitCount, (knownLetters & ~letters).nonzeroBitCount) <= threshold
        else { continue }
        guard let distance = rows.distance(wanted, known, atMost: threshold) else { continue }
        found.append((distance, candidate))
    }
    found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return found.prefix(limit).map(\.name)
}

/// `Did you mean "a", "b" or "c"?`, or `nil` without suggestions.
public func didYouMean(_ names: [String]) -> String? {
    guard let last = names.last else { return nil }
    let quoted = names.dropLast().map { "\"\($0)\"" }.joined(separator: ", ")
    return quoted.isEmpty ? "Did you mean \"\(last)\"?" : "Did you mean \(quoted) or \"\(last)\"?"
}

/// `Did you mean …?` with similar names, or else all known names.
public func alternatives(to name: String, among known: [String]) -> String {
    didYouMean(suggestion(for: name, among: known)) ?? "There are: \(known.joined(separator: ", "))."
}

/// Bounds of one suggestion's work: at most 128 × 11 steps for each of 2,000 names.
enum SuggestionLimits {
    /// Bytes. Guards against long names from clients: the work grows with the length.
    static let nameBytes = 128
    /// Names. Guards against a schema so large that every typing error becomes expensive.
    static let candidates = 2_000
    /// Edits, beyond which it is another word; also half the width of the computed band.
    static let distance = 5
}

private func foldedBytes(_ text: String) -> [UInt8] { text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }

/// One bit for each of the 64 classes of bytes that occur.
private func letterMask(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 | 1 << UInt64($1 & 63) } }

/// The three rows of the distance table in use, reused for each name.
private struct DistanceRows {
    private var beforeLast: [Int]
    private var last: [Int]
    private var current: [Int]

    init(width: Int) {
        beforeLast = Array(repeating: 0, count: width)
        last = beforeLast
        current = beforeLast
    }

    /// The distance, or `nil` when it exceeds `threshold`. Computes only the necessary band.
    mutating func distance(_ a: [UInt8], _ b: [UInt8], atMost threshold: Int) -> Int? {
        if a == b { return 0 }
        let far = threshold + 1
        for column in 0...b.count { last[column] = min(column, far) }
        var lastNearest = 0
        for row in stride(from: 1, through: a.count, by: 1) {
            let from = max(1, row - threshold), to = min(b.count, row + threshold)
            current[0] = min(row, far)
            if from > 1 { current[from - 1] = far }
            var nearest = current[from - 1]
            for column in stride(from: from, through: to, by: 1) {
                let same = a[row - 1] == b[column - 1]
                var cost = min(last[column - 1] + (same ? 0 : 1), last[column] + 1, current[column - 1] + 1)
                if row > 1, column > 1, a[row - 1] == b[column - 2], a[row - 2] == b[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current[column] = min(cost, far)
                nearest = min(nearest, cost)
            }
            if to < b.count { current[to + 1] = far }
            // A swap reaches back two rows, so only two rows out of reach end the search.
            if nearest > threshold, lastNearest > threshold { return nil }
            lastNearest = nearest
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[b.count] <= threshold ? last[b.count] : nil
    }
}
