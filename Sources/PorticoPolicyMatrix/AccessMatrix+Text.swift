import PorticoReview

extension AccessMatrix {
    /// A table for each type, at most `width` characters wide. Later groups of tenants show only
    /// the types in which they differ from the first.
    public func text(width: Int = 120) -> String {
        guard let first = sections.first else { return "Nobody may read anything." }
        var parts = ["● may read   ○ only where the tenant's file grants it   · may not"]
        for section in sections {
            let types =
                section == first
                ? first.types
                : section.types.filter { type in
                    first.types.first { $0.type == type.type } != type || section.roles != first.roles
                }
            parts.append(
                "\(section.tenants.title)\(section == first ? "" : ", where they differ")\n" + section.reachLines(width)
            )
            parts += types.map { $0.text(section.roles, width: width) }
        }
        return parts.joined(separator: "\n\n")
    }
}

extension AccessMatrix.Section {
    fileprivate func reachLines(_ width: Int) -> String {
        let longest = roles.map(\.name.count).max() ?? 0
        return roles.map {
            "  \($0.name)\(String(repeating: " ", count: longest - $0.name.count))  reaches \($0.reach)"
        }.joined(separator: "\n")
    }
}

extension AccessMatrix.TypeBlock {
    fileprivate func text(_ roles: [AccessMatrix.RoleReach], width: Int) -> String {
        let shown = roles.indices.filter { columns[$0].access.contains { $0 != .hidden } }
        var heading = "\(type)  (isolation: \(isolation))"
        if shown.isEmpty { return heading + "\n  nobody may read it" }
        for role in shown {
            guard let note = columns[role].note else { continue }
            heading += "\n" + TextTable.wrapped("  \(roles[role].name): \(note)", width).joined(separator: "\n")
        }
        let readers = Set(shown)
        let without = roles.indices.filter { !readers.contains($0) }.map { roles[$0].name }
        if !without.isEmpty {
            heading +=
                "\n"
                + TextTable.wrapped("  not at all: \(without.joined(separator: ", "))", width).joined(separator: "\n")
        }
        var table = TextTable(head: ["  FIELD"] + shown.map { roles[$0].name })
        for (index, field) in fields.enumerated() {
            table.add(["  \(field)"] + shown.map { columns[$0].access[index].mark })
        }
        return heading + "\n" + table.text(width: width)
    }
}

extension AccessMatrix.Column {
    /// A note about its rows; `nil` if all within reach are visible.
    var note: String? {
        guard let rows else { return isOptional ? "only where the tenant's file grants it" : nil }
        let condition = rows == ConditionWords().text(nil) ? nil : rows
        return switch (condition, isOptional) {
        case (let condition?, true): "granted by the tenant's file, rows where \(condition)"
        case (let condition?, false): "rows where \(condition)"
        case (nil, true): "granted by the tenant's file"
        case (nil, false): nil
        }
    }
}

extension AccessMatrix.FieldAccess {
    fileprivate var mark: String {
        switch self {
        case .read: "●"
        case .optional: "○"
        case .hidden: "·"
        }
    }
}

extension TenantGroup {
    /// As a heading, with names of tenants unchanged.
    var title: String { hasOthers ? description.prefix(1).uppercased() + description.dropFirst() : description }
}
