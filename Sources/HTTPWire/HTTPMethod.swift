/// A request method (RFC 9110, section 9); the names are case-sensitive.
public enum HTTPMethod: Sendable, Hashable {
    case get, head, post, put, patch, delete, options
    /// Any other token.
    case other(String)

    init(_ name: UnsafeRawBufferPointer) {
        switch name.count {
        case 3 where name.spells("GET"): self = .get
        case 3 where name.spells("PUT"): self = .put
        case 4 where name.spells("POST"): self = .post
        case 4 where name.spells("HEAD"): self = .head
        case 5 where name.spells("PATCH"): self = .patch
        case 6 where name.spells("DELETE"): self = .delete
        case 7 where name.spells("OPTIONS"): self = .options
        default: self = .other(String(decoding: name, as: UTF8.self))
        }
    }

    public var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }
}

public enum HTTPVersion: Sendable, Hashable {
    case http10, http11
}
