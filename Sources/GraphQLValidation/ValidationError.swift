import Diagnostics

/// A violated rule of section 5, or an exceeded limit.
public struct ValidationError: Sendable, Equatable {
    /// One or two sentences that clients may see, at most ``longest`` characters. They contain only
    /// names of the document and of the given schema.
    public var message: String
    /// Related places, at most ``mostRanges``, the main one first.
    public var ranges: [SourceRange]
    /// The rule's heading in the specification, such as `Field Selections`.
    public var rule: String
    /// The exceeded limit of ``ValidationLimits``; `nil` for other errors.
    public var limit: ValidationLimits.Name?

    public init(_ message: String, at ranges: [SourceRange], rule: String, limit: ValidationLimits.Name? = nil) {
        (self.message, self.ranges, self.rule, self.limit) = (message, ranges, rule, limit)
    }

    /// Whether the schema lacks a name in the document, which another viewer's may have.
    public var isOfUnknownName: Bool {
        [
            FieldSelections.rule, ArgumentNames.rule, InputObjectFieldNames.rule, FragmentSpreadTypeExistence.rule,
            VariablesAreInputTypes.rule,
        ].contains(rule)
            && limit == nil
    }

    /// Characters of a message. Guards against repeating names and values of a megabyte.
    static let longest = 600
    /// Places of one error. Guards against one name given ten thousand times, each place of which
    /// would cost more to report than to send.
    static let mostRanges = 20
}

/// Why there is no operation to run: at least one error.
public struct ValidationFailure: Error, Sendable, Equatable {
    public var errors: [ValidationError]
    /// Whether the document itself is valid, and only the choice of its operation is ambiguous
    /// (section 6.1, GetOperation).
    public var isOfTheChoice: Bool

    public init(_ errors: [ValidationError], isOfTheChoice: Bool = false) {
        (self.errors, self.isOfTheChoice) = (errors, isOfTheChoice)
    }
}

/// Collects the errors of the rules, up to ``ValidationLimits/errors``.
final class ErrorCollector {
    private var errors: [ValidationError] = []
    private var hasMore = false
    private let most: Int

    init(limit: Int) { most = max(1, limit) }

    /// Whether further errors would not be listed.
    var isFull: Bool { hasMore }

    func add(
        _ rule: String, at ranges: SourceRange..., limit: ValidationLimits.Name? = nil,
        message: @autoclosure () -> String
    ) {
        add(rule, at: ranges, limit: limit, message: message())
    }

    func add(
        _ rule: String, at ranges: [SourceRange], limit: ValidationLimits.Name? = nil,
        message: @autoclosure () -> String
    ) {
        guard errors.count < most else { return hasMore = true }
        errors.append(
            ValidationError(
                message().shortened(to: ValidationError.longest), at: Array(ranges.prefix(ValidationError.mostRanges)),
                rule: rule, limit: limit))
    }

    /// In the order of their places; with a final sentence if there were too many.
    func finish() -> [ValidationError] {
        var sorted = errors.enumerated().sorted { left, right in
            let (a, b) = (left.element.ranges.first?.start ?? 0, right.element.ranges.first?.start ?? 0)
            return (a, left.offset) < (b, right.offset)
        }.map(\.element)
        if hasMore {
            sorted.append(
                ValidationError(
                    "There are more than \(most) errors; the others are not listed.", at: [], rule: "Maximum of Errors")
            )
        }
        return sorted
    }
}
