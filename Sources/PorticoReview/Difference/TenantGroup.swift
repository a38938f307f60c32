import ExactText

/// The tenants that a change affects in the same way.
public struct TenantGroup: Sendable, Hashable, CustomStringConvertible {
    /// Those with a file of their own, sorted.
    public var named: [ExactString]
    /// Whether it includes all tenants without a file.
    public var hasOthers: Bool
    /// Unaffected tenants with a file of their own, sorted.
    public var except: [ExactString]

    public init(named: [ExactString], hasOthers: Bool, except: [ExactString]) {
        (self.named, self.hasOthers, self.except) = (named, hasOthers, except)
    }

    /// Names in a description; the others are counted. Guards against lines of ten thousand names.
    public static let mostNames = 3

    /// `every tenant`, `every tenant but agency-001`, `tenants without rules of their own`, names.
    public var description: String {
        if hasOthers {
            if except.isEmpty { return "every tenant" }
            if named.isEmpty { return "tenants without rules of their own" }
            if except.count <= Self.mostNames {
                return "every tenant but \(except.map(\.text).joined(separator: ", "))"
            }
            return "tenants without rules of their own, \(list)"
        }
        return list
    }

    private var list: String {
        let shown = named.prefix(Self.mostNames).map(\.text).joined(separator: ", ")
        return named.count > Self.mostNames ? "\(shown) and \(named.count - Self.mostNames) more" : shown
    }
}
