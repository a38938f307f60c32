import Diagnostics
import Dispatch
import PorticoCatalog
import Synchronization

/// What came of reading a tenant's file.
enum TenantReading: Sendable {
    case good(TenantText)
    case wrong(Diagnostics)
}

/// What came of reading the files of many tenants; equal bytes are read once, because most tenants
/// copy one file.
struct TenantReadings {
    private let catalog: Catalog
    private let roles: RoleTable
    private var byBytes: [[UInt8]: TenantReading]
    /// Files that were read, which is to say distinct ones.
    private(set) var parsed: Int

    /// Files that are read before it pays to read them on several threads, and that a thread takes
    /// at a time.
    private static let share = 64

    init(_ sources: some Sequence<SourceText>, catalog: Catalog, roles: RoleTable) {
        self.catalog = catalog
        self.roles = roles
        byBytes = [:]
        var distinct: [SourceText] = []
        for source in sources where byBytes.updateValue(.wrong(Diagnostics([])), forKey: source.bytes) == nil {
            distinct.append(source)
        }
        parsed = distinct.count
        let found = Mutex<[(bytes: [UInt8], reading: TenantReading)]>([])
        DispatchQueue.concurrentPerform(iterations: (distinct.count + Self.share - 1) / Self.share) { [distinct] turn in
            let own = distinct[turn * Self.share..<min(distinct.count, (turn + 1) * Self.share)].map {
                ($0.bytes, Self.read($0, catalog: catalog, roles: roles))
            }
            found.withLock { $0 += own }
        }
        for (bytes, reading) in found.withLock({ $0 }) { byBytes[bytes] = reading }
    }

    /// What came of one of the files. What is wrong with it is said with its own name, also where
    /// others have the same bytes.
    subscript(_ source: SourceText) -> TenantReading {
        switch byBytes[source.bytes] {
        case .good(let text)?: .good(text)
        case .wrong(let problems)? where problems.items.first?.file == source.name: .wrong(problems)
        case .wrong?, nil: Self.read(source, catalog: catalog, roles: roles)
        }
    }

    static func read(_ source: SourceText, catalog: Catalog, roles: RoleTable) -> TenantReading {
        let file = TenantFile(source, catalog: catalog, roles: roles.rules)
        return file.problems.isEmpty ? .good(TenantText(source, file.rules)) : .wrong(Diagnostics(file.problems))
    }
}
