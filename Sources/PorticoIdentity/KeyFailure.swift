/// Why there is no usable set of keys. The description is for the operator, without keys.
public struct KeyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String
    package init(_ description: String) { self.description = description }
}
