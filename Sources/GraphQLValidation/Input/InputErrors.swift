import Diagnostics

/// One value of a request that does not fit its type.
public struct InputError: Error, Sendable, Equatable {
    /// One or two sentences, fit for a stranger; they name where the value stands.
    public var message: String
    /// Where the value stands in the variables or arguments, such as `where.and[1].status.eq`.
    public var path: String
    /// Places of the document that have a part in it, such as the variable's definition.
    public var ranges: [SourceRange]
    /// The limit of ``InputLimits`` when there is too much of it; `nil` when it is wrong.
    public var limit: InputLimits.Name?

    public init(_ message: String, path: String, at ranges: [SourceRange] = [], limit: InputLimits.Name? = nil) {
        self.message = message.shortened(to: ValidationError.longest)
        self.path = path.shortened(to: 200)
        self.ranges = ranges
        self.limit = limit
    }
}

/// All that is wrong with the input of one request: never empty.
public struct InputErrors: Error, Sendable, Equatable {
    public var items: [InputError]
    public init(_ items: [InputError]) { self.items = items }
}

/// How much input is coerced for one request.
public struct InputLimits: Sendable, Equatable {
    /// Values in all variables together, defaults that are filled in included. Stands against
    /// variables that are cheap to send and dear to plan with.
    public var nodes: Int
    /// Bytes of the variables inside a custom scalar's literals, each counted wherever it stands.
    /// Stands against one long text that a literal says a thousand times.
    public var bytes: Int
    /// Errors that are listed before one sentence says that there are more. Stands against answers
    /// much larger than the request.
    public var errors: Int

    /// Which of them input exceeds.
    public enum Name: String, Sendable, Hashable, CaseIterable { case nodes, bytes }

    public init(nodes: Int = 50_000, bytes: Int = 8 << 20, errors: Int = 100) {
        self.nodes = nodes
        self.bytes = bytes
        self.errors = errors
    }
}

/// A step from a value into a part of it.
enum InputStep {
    case field(String)
    case index(Int)
}

extension [InputStep] {
    /// `where.and[1].status`, behind the name that the path begins with.
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
