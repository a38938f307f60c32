/// Look-ups by a plain string in dictionaries keyed by bytes.
extension Dictionary where Key == ExactString {
    public subscript(_ text: String) -> Value? {
        get { self[ExactString(text)] }
        set { self[ExactString(text)] = newValue }
    }

    /// - Parameter members: Of equal keys the first counts.
    public init(firstOf members: some Sequence<(String, Value)>) {
        self.init(members.map { (ExactString($0), $1) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Set where Element == ExactString {
    public init(exact texts: some Sequence<String>) { self.init(texts.lazy.map { ExactString($0) }) }

    public func contains(_ text: String) -> Bool { contains(ExactString(text)) }
}

/// Look-ups of external text among GraphQL names, which are ASCII. No two of these are canonically
/// equivalent, but external text may be equivalent to one of them without being equal to it.
extension Dictionary where Key == String {
    public subscript(_ key: ExactString) -> Value? {
        guard let place = index(forKey: key.text), self[place].key.hasSameBytes(as: key.text) else { return nil }
        return self[place].value
    }
}

extension Sequence where Element == String {
    public func contains(_ key: ExactString) -> Bool { contains { $0.hasSameBytes(as: key.text) } }
}
