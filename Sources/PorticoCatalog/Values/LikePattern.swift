/// The problem with a pattern of `like` and `iLike`, or `nil`. PostgreSQL raises an error for a
/// trailing lone escape character only when a row is matched that far, so that the error itself
/// would reveal something about that row.
public func likePatternProblem(_ pattern: String) -> String? {
    var backslashes = 0
    for byte in pattern.utf8.reversed() {
        guard byte == UInt8(ascii: "\\") else { break }
        backslashes += 1
    }
    return backslashes % 2 == 1 ? "A pattern cannot end in a lone backslash: write `\\\\` for a backslash." : nil
}
