import Diagnostics
import ExactText
import Synchronization

/// A number that is unique among all versions in this process.
enum Version {
    private static let counter = Atomic<UInt64>(1)

    static func next() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).oldValue }
}

/// One reading of `roles.yaml`.
final class RoleTable: Sendable {
    let version = Version.next()
    let source: SourceText
    let rules: [ExactString: RoleRules]

    init(_ source: SourceText, _ rules: [ExactString: RoleRules]) { (self.source, self.rules) = (source, rules) }
}

/// What tenants with equal files share: the bytes and their meaning.
final class SharedTenantFile: Sendable {
    let id = Version.next()
    /// Named after the first of the tenants.
    let source: SourceText
    let rules: TenantRules

    init(_ source: SourceText, _ rules: TenantRules) { (self.source, self.rules) = (source, rules) }

    var bytes: [UInt8] { source.bytes }

    /// Of a tenant without a file.
    static let none = SharedTenantFile(SourceText(name: "", bytes: []), .none)
}

/// The tenants with files of their own. Immutable once published; versions share equal parts.
struct TenantTable: Sendable {
    private struct Use: Sendable {
        var text: SharedTenantFile
        /// Tenants that use it.
        var count: Int
    }

    private var texts = BucketedDictionary<ExactString, SharedTenantFile>()
    private var uses = BucketedDictionary<[UInt8], Use>()
    /// Files that were invalid from the start. Their tenants are not served.
    private(set) var unavailable: [ExactString: UnavailableTenant] = [:]

    subscript(_ tenant: ExactString) -> SharedTenantFile? { texts[tenant] }

    /// The shared file in use for these bytes.
    func text(of bytes: [UInt8]) -> SharedTenantFile? { uses[bytes]?.text }

    /// Tenants with a valid file.
    var count: Int { texts.count }

    var tenants: some Sequence<(key: ExactString, value: SharedTenantFile)> { texts.entries }

    /// Each distinct text once.
    var distinct: [SharedTenantFile] { uses.entries.map(\.value.text) }

    /// Puts a tenant's valid file in force; `nil` takes it out of force.
    mutating func set(_ text: SharedTenantFile?, of tenant: ExactString) {
        unavailable[tenant] = nil
        if let former = texts[tenant], var use = uses[former.bytes] {
            use.count -= 1
            uses[former.bytes] = use.count > 0 ? use : nil
        }
        if let text {
            // The latest text wins: other roles give the same bytes another meaning.
            uses[text.bytes] = Use(text: text, count: (uses[text.bytes]?.count ?? 0) + 1)
        }
        texts[tenant] = text
    }

    mutating func setUnavailable(_ problem: UnavailableTenant, _ tenant: ExactString) {
        set(nil, of: tenant)
        unavailable[tenant] = problem
    }
}

/// A file that was invalid when the rules were first read.
struct UnavailableTenant: Sendable {
    var text: PolicyFile
    var problems: Diagnostics
}
