import PorticoAccess

extension PolicyDifference {
    /// A table of role, tenants, subject and change, `width` characters wide; or one sentence.
    public func text(width: Int = 120) -> String {
        if isEmpty { return "Nothing changes for anyone." }
        var table = TextTable(head: ["ROLE", "TENANTS", "WHAT", "CHANGE", "IS A"])
        var last: (role: String, tenants: String)?
        for change in changes {
            let tenants = change.tenants.description
            let isSameRole = last?.role == change.role
            table.add([
                isSameRole ? "" : change.role, isSameRole && last?.tenants == tenants ? "" : tenants,
                change.subject.what, change.subject.lines.joined(separator: "\n"), change.direction.description,
            ])
            last = (change.role, tenants)
        }
        return table.text(width: width)
    }

    /// One line per change: `client in every tenant: Ticket + slaResponseDueAt (gain)`.
    public var lines: [String] {
        changes.map {
            "\($0.role) in \($0.tenants): \($0.subject.what) \($0.subject.lines.joined(separator: "; ")) (\($0.direction))"
        }
    }
}

extension AccessChange.Subject {
    /// The subject in a word.
    var what: String {
        switch self {
        case .roleCame, .roleWent: "role"
        case .served: "tenant"
        case .reach: "reach"
        case .limit(let limit, _, _): limit.name
        case .type(let change): change.type
        }
    }

    var lines: [String] {
        switch self {
        case .roleCame: ["the role is new"]
        case .roleWent: ["the role is gone"]
        case .served(true): ["its rules are good again: its viewers are served"]
        case .served(false): ["its rules are wrong: its viewers are not served"]
        case .reach(let old, let new): ["before: \(old.words)", "after: \(new.words)"]
        case .limit(let limit, let old, let new):
            ["before: \(limit.definition.text(old))", "after: \(limit.definition.text(new))"]
        case .type(let change): change.lines
        }
    }
}

extension TypeChange {
    fileprivate var lines: [String] {
        var lines: [String] = []
        switch presence {
        case .came: lines.append("can be read now")
        case .went: lines.append("cannot be read any more")
        case .stays: break
        }
        if !gained.isEmpty { lines.append("+ \(gained.joined(separator: ", "))") }
        if !lost.isEmpty { lines.append("- \(lost.joined(separator: ", "))") }
        if !rebound.isEmpty { lines.append("from elsewhere: \(rebound.joined(separator: ", "))") }
        if let rows { lines += rows.lines("rows") }
        if let isolation { lines += isolation.lines("isolation") }
        return lines.isEmpty ? ["from another table"] : lines
    }
}

extension TypeChange.Replacement {
    fileprivate func lines(_ what: String) -> [String] {
        switch (old, new) {
        case (let old?, let new?): ["\(what) before: \(old)", "\(what) after: \(new)"]
        case (let only?, nil), (nil, let only?): ["\(what): \(only)"]
        case (nil, nil): []
        }
    }
}
