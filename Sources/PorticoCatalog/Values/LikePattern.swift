/// What is wrong with a pattern of `like` and `iLike`, or `nil`: PostgreSQL raises when it meets a
/// pattern that ends in a lone escape character, and it meets it only where a row comes that far,
/// so that the error itself would tell of that row.
public func likePatternProblem(_ pattern: String) -> String? {
    var backslashes = 0
    for byte in pattern.utf8.reversed() {
        guard byte == UInt8(ascii: "\\") else { break }
        backslashes += 1
    }
    return backslashes % 2 == 1 ? "A pattern cannot end in a lone backslash: write `\\\\` for a backslash." : nil
}
