import Synchronization

/// The operation names that may become metric labels. Clients choose them, so their number is
/// bounded. Shared by all workers.
public final class OperationNames: Sendable {
    /// Distinct names; further ones are ``other``. Guards memory and scrapes.
    public static let mostNames = 200
    /// Characters of a name; longer ones are ``other``.
    public static let longestName = 100
    /// Not a valid GraphQL name.
    public static let other = "(other)"

    private let names = Mutex<Set<String>>([])

    public init() {}

    /// The label for an operation's name; empty for an anonymous operation. It takes a lock, and is
    /// called when an operation enters a cache, never for each request.
    func label(_ name: String?) -> String {
        guard let name else { return "" }
        guard name.utf8.count <= Self.longestName else { return Self.other }
        return names.withLock { names in
            if names.contains(name) { return name }
            guard names.count < Self.mostNames else { return Self.other }
            names.insert(name)
            return name
        }
    }
}
