import Diagnostics
import GraphQLSchema

extension String {
    /// The same, or as many characters as are allowed with an ellipsis behind them.
    func shortened(to length: Int) -> String {
        // Counting bytes first: no string is longer in characters than in bytes, and counting those
        // costs nothing.
        utf8.count <= length || count <= length ? self : prefix(length) + "…"
    }

    /// In quotation marks, shortened so that a sentence with several names stays readable.
    var quoted: String { "\"\(shortened(to: 80))\"" }
}

/// `sentence`, followed by a did-you-mean where a known name is near enough.
/// `sign` stands before the names as they are written, such as `$`.
func unknownName(_ sentence: String, _ name: String, among known: some Sequence<String>, sign: String = "") -> String {
    guard let question = didYouMean(suggestion(for: name, among: known).map { sign + $0 }) else { return sentence }
    return "\(sentence) \(question)"
}

extension Schema {
    /// ``unknownName(_:_:among:sign:)`` of names that the schema has and the document does not:
    /// where the schema is not told to its viewers, they are not suggested either.
    func unknownName(
        _ sentence: String, _ name: String, among known: @autoclosure () -> some Sequence<String>
    ) -> String {
        suggestsNames ? GraphQLValidation.unknownName(sentence, name, among: known()) : sentence
    }
}

/// How many names of a document are candidates for a did-you-mean. Stands against documents that
/// define thousands of long names, to be compared with each unknown one.
let documentCandidates = 100

/// `a`, `a and b`, `a, b and c`; of more than `limit` the number that is left out.
func enumeration(_ names: [String], limit: Int = 8) -> String {
    var shown = Array(names.prefix(limit))
    if names.count > limit { shown.append("\(names.count - limit) more") }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
}

extension SourceText {
    /// What stands at `range`, in one line and shortened; empty when the range is not within this
    /// text.
    func excerpt(_ range: SourceRange) -> String {
        guard range.start <= range.end, Int(range.end) <= bytes.count else { return "" }
        let text = String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self).shortened(to: 80)
        return text.split(whereSeparator: { $0.isNewline || $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
