import Diagnostics
import GraphQLSchema

extension String {
    /// Truncated to the given number of characters, with an ellipsis.
    func shortened(to length: Int) -> String {
        // Bytes first: no string is longer in characters than in bytes, and counting bytes is free.
        utf8.count <= length || count <= length ? self : prefix(length) + "…"
    }

    /// In quotation marks, shortened so that a sentence with several names stays readable.
    var quoted: String { "\"\(shortened(to: 80))\"" }
}

/// `sentence`, with a suggestion if a known name is near. `sign` precedes names, such as `$`.
func unknownName(_ sentence: String, _ name: String, among known: some Sequence<String>, sign: String = "") -> String {
    guard let question = didYouMean(suggestion(for: name, among: known).map { sign + $0 }) else { return sentence }
    return "\(sentence) \(question)"
}

extension Schema {
    /// ``unknownName(_:_:among:sign:)`` with names of the schema as candidates: they are suggested
    /// only if viewers may introspect.
    func unknownName(
        _ sentence: String, _ name: String, among known: @autoclosure () -> some Sequence<String>
    ) -> String {
        suggestsNames ? GraphQLValidation.unknownName(sentence, name, among: known()) : sentence
    }
}

/// Names of a document that are candidates for suggestions. Guards against documents that define
/// thousands of long names, to be compared with each unknown one.
let documentCandidates = 100

/// `a`, `a and b`, `a, b and c`; beyond `limit` the number that is omitted.
func enumeration(_ names: [String], limit: Int = 8) -> String {
    var shown = Array(names.prefix(limit))
    if names.count > limit { shown.append("\(names.count - limit) more") }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
}

extension SourceText {
    /// The text at `range`, on one line and shortened; empty if the range is not within this text.
    func excerpt(_ range: SourceRange) -> String {
        guard range.start <= range.end, Int(range.end) <= bytes.count else { return "" }
        let text = String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self).shortened(to: 80)
        return text.split(whereSeparator: { $0.isNewline || $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
