import Diagnostics

/// One rule of section 5, or one limit, that a document does not keep.
public struct ValidationError: Sendable, Equatable {
    /// One or two sentences, fit for a stranger; at most ``longest`` characters. They name nothing
    /// but the document and the given schema.
    public var message: String
    /// The places that have a part in it, at most ``mostRanges``, the first being where it shows.
    public var ranges: [SourceRange]
    /// The rule's heading in the specification, such as `Field Selections`.
    public var rule: String
    /// The limit of ``ValidationLimits`` when the document asks for too much; `nil` when it is
    /// wrong.
    public var limit: ValidationLimits.Name?

    public init(_ message: String, at ranges: [SourceRange], rule: String, limit: ValidationLimits.Name? = nil) {
        self.message = message
        self.ranges = ranges
        self.rule = rule
        self.limit = limit
    }

    /// Whether the schema lacks a name that the document uses: maybe another viewer's has it.
    public var isOfUnknownName: Bool {
        [
            FieldSelections.rule, ArgumentNames.rule, InputObjectFieldNames.rule, FragmentSpreadTypeExistence.rule,
            VariablesAreInputTypes.rule,
        ].contains(rule)
            && limit == nil
    }

    /// Characters of a message. Stands against names and values of a megabyte that would be sent
    /// back a hundred times.
    static let longest = 600
    /// Places of one error. Stands against one name given ten thousand times, each place of which
    /// would cost more to report than to send.
    static let mostRanges = 20
}

/// Why there is no operation to run: never without at least one error.
public struct ValidationFailure: Error, Sendable, Equatable {
    public var errors: [ValidationError]
    /// Whether the document itself is in order, and only open which of its operations is meant
    /// (section 6.1, GetOperation).
    public var isOfTheChoice: Bool

    public init(_ errors: [ValidationError], isOfTheChoice: Bool = false) {
        self.errors = errors
        self.isOfTheChoice = isOfTheChoice
    }
}

/// What the rules have found so far; it stops to take more at ``ValidationLimits/errors``.
final class ErrorCollector {
    private var errors: [ValidationError] = []
    private var hasMore = false
    private let most: Int

    init(limit: Int) { most = max(1, limit) }

    /// Nothing that is found from now on would be listed.
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

    /// In the order of their places; where there were too many, a sentence at the end that says so.
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
