import Synchronization

/// The operation names that metrics may have as a label: clients make them up, so that only so many
/// count. One for all workers.
public final class OperationNames: Sendable {
    /// Distinct names; further ones are ``other``. Stands against a client that fills the memory,
    /// or each scrape, with names.
    public static let mostNames = 200
    /// Characters of a name; longer ones are ``other``.
    public static let longestName = 100
    /// Not a name that GraphQL could have.
    public static let other = "(other)"

    private let names = Mutex<Set<String>>([])

    public init() {}

    /// What stands for an operation's name; empty for one without. It locks, and is asked when an
    /// operation enters a cache, never for a request.
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
