import Diagnostics

/// A value of a request that does not fit its type.
public struct InputError: Error, Sendable, Equatable {
    /// One or two sentences that clients may see, with the place of the value.
    public var message: String
    /// The path of the value in the variables or arguments, such as `where.and[1].status.eq`.
    public var path: String
    /// Related places of the document, such as the variable's definition.
    public var ranges: [SourceRange]
    /// The exceeded limit of ``InputLimits``; `nil` for other errors.
    public var limit: InputLimits.Name?

    public init(_ message: String, path: String, at ranges: [SourceRange] = [], limit: InputLimits.Name? = nil) {
        self.message = message.shortened(to: ValidationError.longest)
        self.path = path.shortened(to: 200)
        self.ranges = ranges
        self.limit = limit
    }
}

/// All errors of one request's input: never empty.
public struct InputErrors: Error, Sendable, Equatable {
    public var items: [InputError]
    public init(_ items: [InputError]) { self.items = items }
}

/// Limits of the input of one request.
public struct InputLimits: Sendable, Equatable {
    /// Values in all variables together, including applied defaults. Guards against variables that
    /// are cheap to send and expensive to plan with.
    public var nodes: Int
    /// Bytes of the variables inside a custom scalar's literals, counted at each occurrence. Guards
    /// against one long text that a literal repeats a thousand times.
    public var bytes: Int
    /// Errors that are listed before one sentence states that there are more. Guards against
    /// answers much larger than the request.
    public var errors: Int

    public enum Name: String, Sendable, Hashable, CaseIterable { case nodes, bytes }

    public init(nodes: Int = 50_000, bytes: Int = 8 << 20, errors: Int = 100) {
        (self.nodes, self.bytes, self.errors) = (nodes, bytes, errors)
    }
}

/// A step from a value into a part of it.
enum InputStep {
    case field(String)
    case index(Int)
}

extension [InputStep] {
    /// `where.and[1].status`, with the path's root name.
    func path(from root: String) -> String {
        var text = root
        for step in self {
            switch step {
            case .field(let name): text += ".\(name.shortened(to: 80))"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
