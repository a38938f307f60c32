/// A value in an object literal: `["name": name, "count": 3, "tenant": nil]`.
public protocol JSONRepresentable {
    /// The value as JSON; `null` for `nil`.
    var jsonValue: JSONValue { get }
}

extension JSONValue: JSONRepresentable { public var jsonValue: JSONValue { self } }

extension String: JSONRepresentable { public var jsonValue: JSONValue { .string(self) } }

extension Bool: JSONRepresentable { public var jsonValue: JSONValue { .bool(self) } }

extension Int: JSONRepresentable { public var jsonValue: JSONValue { .number(String(self)) } }

extension Array: JSONRepresentable where Element: JSONRepresentable {
    public var jsonValue: JSONValue { .array(map(\.jsonValue)) }
}

extension Optional: JSONRepresentable where Wrapped: JSONRepresentable {
    public var jsonValue: JSONValue { map(\.jsonValue) ?? .null }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// An object with its members in this order.
    public init(dictionaryLiteral members: (String, any JSONRepresentable)...) {
        self = .object(members.map { JSONMember(key: $0, value: $1.jsonValue) })
    }

    /// An object with the members of both; `self` if either is not an object.
    public func appending(_ other: JSONValue) -> JSONValue {
        guard case .object(let own) = self, case .object(let others) = other else { return self }
        return .object(own + others)
    }
}
