import Diagnostics

/// Collects the problems of one document, bounded by ``SchemaLimits/problems``.
struct ProblemList {
    let source: SourceText
    private var items: [Diagnostic] = []
    private var isFull = false

    init(source: SourceText) { self.source = source }

    var isEmpty: Bool { items.isEmpty }

    mutating func add(_ message: String, at range: SourceRange, hint: String? = nil) {
        guard items.count < SchemaLimits.problems else {
            isFull = true
            return
        }
        items.append(Diagnostic(message, file: source.name, range: range == .none ? nil : range, hint: hint))
    }

    /// A second definition at `range`; `first` is the earlier one.
    mutating func addRepeated(_ message: String, at range: SourceRange, first: SourceRange) {
        let place = first == .none ? nil : source.position(at: Int(first.start))
        add(message, at: range, hint: place.map { "The first one is on line \($0.line)." })
    }

    /// In the order of the text; those without a place first.
    func sorted() -> [Diagnostic] {
        var sorted = items.enumerated().sorted {
            ($0.element.range?.start ?? 0, $0.offset) < ($1.element.range?.start ?? 0, $1.offset)
        }.map(\.element)
        if isFull {
            sorted.report(
                "There are more problems; the first \(SchemaLimits.problems) that were found are shown.",
                file: source.name)
        }
        return sorted
    }
}
