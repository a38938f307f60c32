import HTTPWire

/// The target of a path and a method.
enum Route: Sendable, Equatable {
    case graphQLPost, graphQLGet, schema, health, ready, metrics
}

/// The routes of the server, as data.
enum RouteTable {
    struct Entry: Sendable {
        let path: StaticString
        let methods: [(method: HTTPMethod, route: Route)]
        /// The methods, as a 405 lists them.
        let allow: StaticString
    }

    enum Match: Equatable {
        case found(Route, path: StaticString)
        case noSuchPath
        case otherMethods(path: StaticString, allow: StaticString)

        static func == (one: Match, other: Match) -> Bool {
            switch (one, other) {
            case (.found(let route, _), .found(let otherRoute, _)): route == otherRoute
            case (.noSuchPath, .noSuchPath): true
            case (.otherMethods(let path, let allow), .otherMethods(let otherPath, let otherAllow)):
                path.description == otherPath.description && allow.description == otherAllow.description
            default: false
            }
        }
    }

    static let entries: [Entry] = [
        Entry(
            path: "/graphql", methods: [(.post, .graphQLPost), (.get, .graphQLGet), (.head, .graphQLGet)],
            allow: "GET, HEAD, POST"),
        Entry(path: "/schema.graphql", methods: [(.get, .schema), (.head, .schema)], allow: "GET, HEAD"),
        Entry(path: "/healthz", methods: [(.get, .health), (.head, .health)], allow: "GET, HEAD"),
        Entry(path: "/readyz", methods: [(.get, .ready), (.head, .ready)], allow: "GET, HEAD"),
        Entry(path: "/metrics", methods: [(.get, .metrics), (.head, .metrics)], allow: "GET, HEAD"),
    ]

    /// Whether pages of other origins may use a path; the operator's paths are not for them.
    static func isForPages(_ path: StaticString) -> Bool { ["/graphql", "/schema.graphql"].contains(path.description) }

    /// Paths for the operator's tools only.
    static func isForOperators(_ path: StaticString) -> Bool { path.description == "/metrics" }

    static func match(_ request: HTTPRequest) -> Match {
        for entry in entries where request.pathIs(entry.path) {
            for (method, route) in entry.methods where method == request.method {
                return .found(route, path: entry.path)
            }
            return .otherMethods(path: entry.path, allow: entry.allow)
        }
        return .noSuchPath
    }
}
