import JSONBytes
import PorticoAccess

extension PolicyDifference {
    /// One object: `direction`, `gains`, and `changes` with role, tenants, subject and direction.
    public var json: JSONValue {
        ["gains": direction.mayGain, "direction": direction.description, "changes": changes.map(\.json)]
    }
}

extension AccessChange {
    fileprivate var json: JSONValue {
        let own: JSONValue = [
            "role": role, "tenants": tenants.named.map(\.text), "tenantsWithoutFile": tenants.hasOthers,
            "direction": direction.description,
        ]
        return own.appending(subject.json)
    }
}

extension AccessChange.Subject {
    fileprivate var json: JSONValue {
        switch self {
        case .roleCame: ["change": "roleCame"]
        case .roleWent: ["change": "roleWent"]
        case .served(let isServed): ["change": "served", "served": isServed]
        case .reach(let old, let new): ["change": "reach", "before": "\(old)", "after": "\(new)"]
        case .limit(let limit, let old, let new):
            ["change": "limit", "limit": limit.name, "before": old, "after": new]
        case .type(let change):
            [
                "change": "type", "type": change.type, "presence": "\(change.presence)", "gained": change.gained,
                "lost": change.lost, "rebound": change.rebound, "rows": change.rows?.json,
                "isolation": change.isolation?.json,
            ]
        }
    }
}

extension TypeChange.Replacement {
    fileprivate var json: JSONValue { ["before": old, "after": new, "direction": direction.description] }
}
