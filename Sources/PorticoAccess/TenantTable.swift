import Diagnostics
import ExactText
import Synchronization

/// A number that no other version of anything in this process has.
enum Version {
    private static let counter = Atomic<UInt64>(1)

    static func next() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).oldValue }
}

/// One reading of `roles.yaml`.
final class RoleTable: Sendable {
    let version = Version.next()
    let source: SourceText
    let rules: [ExactString: RoleRules]

    init(_ source: SourceText, _ rules: [ExactString: RoleRules]) {
        self.source = source
        self.rules = rules
    }
}

/// What tenants with equal files share: the bytes and what they mean.
final class TenantText: Sendable {
    let id = Version.next()
    /// As the first of the tenants named it.
    let source: SourceText
    let rules: TenantRules

    init(_ source: SourceText, _ rules: TenantRules) {
        self.source = source
        self.rules = rules
    }

    var bytes: [UInt8] { source.bytes }

    /// Of a tenant without a file.
    static let none = TenantText(SourceText(name: "", bytes: []), .none)
}

/// The tenants that have files of their own. Immutable but in the hands of who makes a new version;
/// versions share what they have in common.
struct TenantTable: Sendable {
    private struct Use: Sendable {
        var text: TenantText
        /// Tenants that have it.
        var count: Int
    }

    private var texts = BucketedDictionary<ExactString, TenantText>()
    private var uses = BucketedDictionary<[UInt8], Use>()
    /// What is wrong with files that have been wrong since the start: what they would have narrowed
    /// is not known, so that their tenants are not served.
    private(set) var unavailable: [ExactString: UnavailableTenant] = [:]

    subscript(_ tenant: ExactString) -> TenantText? { texts[tenant] }

    /// The text that is in use for these bytes.
    func text(of bytes: [UInt8]) -> TenantText? { uses[bytes]?.text }

    /// Tenants with a good file.
    var count: Int { texts.count }

    var tenants: some Sequence<(key: ExactString, value: TenantText)> { texts.entries }

    /// Each distinct text once, with how many tenants have it.
    var distinct: [TenantText] { uses.entries.map(\.value.text) }

    /// Puts a good file of a tenant in force, or with `nil` takes it out of force.
    mutating func set(_ text: TenantText?, of tenant: ExactString) {
        unavailable[tenant] = nil
        if let former = texts[tenant], var use = uses[former.bytes] {
            use.count -= 1
            uses[former.bytes] = use.count > 0 ? use : nil
        }
        if let text {
            // The text is that of the last who brought the bytes: another reading of the roles
            // gives them another meaning.
            uses[text.bytes] = Use(text: text, count: (uses[text.bytes]?.count ?? 0) + 1)
        }
        texts[tenant] = text
    }

    mutating func setUnavailable(_ problem: UnavailableTenant, _ tenant: ExactString) {
        set(nil, of: tenant)
        unavailable[tenant] = problem
    }
}

/// A file that was wrong when the rules were first read.
struct UnavailableTenant: Sendable {
    var text: RuleText
    var problems: Diagnostics
}
