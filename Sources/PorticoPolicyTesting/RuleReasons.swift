import PorticoAccess
import PorticoCatalog
import PorticoReview

/// The rules responsible for an answer, in words and with their places.
public struct RuleReasons: Sendable {
    private let catalog: Catalog
    private let rules: CompiledPolicy
    private let viewer: Viewer
    private let provenance: AccessProvenance?

    public init(catalog: Catalog, policy: Policy, rules: CompiledPolicy, viewer: Viewer) {
        self.catalog = catalog
        self.rules = rules
        self.viewer = viewer
        provenance = policy.provenance(role: viewer.role, tenant: viewer.tenant)
    }

    /// At least one line for each subject, without duplicates.
    public func lines(_ subjects: [Mismatch.Subject]) -> [String] {
        var lines: [String] = []
        for subject in subjects {
            for line in self.lines(subject) where !lines.contains(line) { lines.append(line) }
        }
        return lines
    }

    private func lines(_ subject: Mismatch.Subject) -> [String] {
        switch subject {
        case .rows(let type): rows(type)
        case .field(let type, let field):
            (provenance?.verdict(type: type, field: field)).map { ["\(type).\(field): \(words($0))"] } ?? []
        }
    }

    private func rows(_ type: String) -> [String] {
        guard let rule = rules.types[type] else {
            return (provenance?.verdict(type: type)).map { ["\(type): \(words($0))"] } ?? []
        }
        let places = rule.rows?.origins.map { "\($0.resolved(tenant: viewer.tenant))" } ?? ["\(rule.origin)"]
        return [
            "\(type): \(ConditionWords().text(rule.rows)), by \(places.joined(separator: " and "))",
            "\(type): \(reach(type))",
        ]
    }

    private func reach(_ type: String) -> String {
        let file = catalog.types[type]?.file ?? "resolvers/\(type).yaml"
        if rules.reach == .crossTenant { return "\(viewer.role) is bound to no tenant\(place(provenance?.roleOrigin))" }
        if case .none? = catalog.types[type]?.isolation { return "its rows belong to no tenant, by \(file)" }
        let shown =
            viewer.tenants.prefix(5).joined(separator: ", ")
            + (viewer.tenants.count > 5 ? " and \(viewer.tenants.count - 5) more" : "")
        return "only rows of \(viewer.tenants.isEmpty ? "no tenant" : shown), by the isolation of \(file)"
    }

    private func words(_ verdict: FieldVerdict) -> String {
        switch verdict.reason {
        case .all, .listed, .notExcepted: "\(viewer.role) may read it\(place(verdict.origin))"
        case .notListed: "not among the fields\(place(verdict.origin))"
        case .excepted: "excepted\(place(verdict.origin))"
        case .hidden: "hidden\(place(verdict.origin))"
        case .target(let target): "it leads to \(target.type): \(words(target))"
        case .type(let type): words(type)
        }
    }

    private func words(_ verdict: TypeVerdict) -> String {
        switch verdict.reason {
        case .stated, .granted: "\(viewer.role) may read it\(place(verdict.origin))"
        case .notStated: "\(viewer.role) says nothing of it\(place(verdict.origin))"
        case .notGranted: "optional, and not granted by the tenant\(place(verdict.origin))"
        case .withoutIsolation: "it states no isolation\(place(verdict.origin))"
        case .nothingLeft: "nothing of it is left to read\(place(verdict.origin))"
        }
    }

    private func place(_ origin: RuleOrigin?) -> String { origin.map { ", by \($0)" } ?? "" }
}
