/// Section 3.10.
public final class InputObjectType: Sendable {
    public let name: String
    public let description: String?
    public let isOneOf: Bool
    public let fields: InputMap

    package init(name: String, description: String?, isOneOf: Bool, fields: InputMap) {
        (self.name, self.description, self.isOneOf, self.fields) = (name, description, isOneOf, fields)
    }
}
