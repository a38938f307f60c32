public struct JWKSConfiguration: Sendable, Equatable {
    public enum Source: Sendable, Equatable {
        case file(path: String)
        case url(String)
    }

    public var source: Source
    /// Milliseconds between two readings.
    public var refresh = 600_000
    /// Milliseconds between two readings ahead of schedule, triggered by a token with an unknown
    /// key. Guards against made-up names of keys that would keep querying the issuer.
    public var earlyFetch = 30_000
}
