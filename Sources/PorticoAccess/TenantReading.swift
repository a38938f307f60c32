import Diagnostics
import Dispatch
import PorticoCatalog
import Synchronization

enum TenantReading: Sendable {
    case good(SharedTenantFile)
    case wrong(Diagnostics)
}

/// Results of reading many tenants' files. Equal bytes are read once: most tenants copy one file.
struct TenantReadings {
    private let catalog: Catalog
    private let roles: RoleTable
    private var byBytes: [[UInt8]: TenantReading]
    /// Distinct files that were read.
    private(set) var parsed: Int

    /// Files that a thread reads at a time; more are read on several threads.
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

    /// The result of one file. Its problems carry its own name, even if files have equal bytes.
    subscript(_ source: SourceText) -> TenantReading {
        switch byBytes[source.bytes] {
        case .good(let text)?: .good(text)
        case .wrong(let problems)? where problems.items.first?.file == source.name: .wrong(problems)
        case .wrong?, nil: Self.read(source, catalog: catalog, roles: roles)
        }
    }

    static func read(_ source: SourceText, catalog: Catalog, roles: RoleTable) -> TenantReading {
        let file = TenantFile(source, catalog: catalog, roles: roles.rules)
        return file.problems.isEmpty ? .good(SharedTenantFile(source, file.rules)) : .wrong(Diagnostics(file.problems))
    }
}
