/// Section 3.13.
public final class DirectiveType: Sendable {
    public let name: String
    public let description: String?
    public let arguments: InputMap
    public let isRepeatable: Bool
    /// Such as `FIELD`, `FIELD_DEFINITION`.
    public let locations: [String]

    package init(name: String, description: String?, arguments: InputMap, isRepeatable: Bool, locations: [String]) {
        self.name = name
        self.description = description
        self.arguments = arguments
        self.isRepeatable = isRepeatable
        self.locations = locations
    }
}
