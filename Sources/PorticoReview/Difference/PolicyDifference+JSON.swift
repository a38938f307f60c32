import JSONBytes
import PorticoAccess

extension PolicyDifference {
    /// One object: `direction`, `gains`, and `changes` with role, tenants, subject and direction
    /// each.
    public var json: JSONValue {
        .object([
            JSONMember(key: "gains", value: .bool(direction.mayGain)),
            JSONMember(key: "direction", value: .string(direction.description)),
            JSONMember(key: "changes", value: .array(changes.map(\.json))),
        ])
    }
}

extension AccessChange {
    fileprivate var json: JSONValue {
        .object(
            [
                JSONMember(key: "role", value: .string(role)),
                JSONMember(key: "tenants", value: .strings(tenants.named.map(\.text))),
                JSONMember(key: "tenantsWithoutFile", value: .bool(tenants.hasOthers)),
                JSONMember(key: "direction", value: .string(direction.description)),
            ] + subject.members)
    }
}

extension AccessChange.Subject {
    fileprivate var members: [JSONMember] {
        switch self {
        case .roleCame: [JSONMember(key: "change", value: .string("roleCame"))]
        case .roleWent: [JSONMember(key: "change", value: .string("roleWent"))]
        case .served(let isServed):
            [JSONMember(key: "change", value: .string("served")), JSONMember(key: "served", value: .bool(isServed))]
        case .reach(let old, let new):
            [JSONMember(key: "change", value: .string("reach"))] + pair(.string(old.name), .string(new.name))
        case .limit(let limit, let old, let new):
            [JSONMember(key: "change", value: .string("limit")), JSONMember(key: "limit", value: .string(limit.name))]
                + pair(.number("\(old)"), .number("\(new)"))
        case .type(let change): [JSONMember(key: "change", value: .string("type"))] + change.members
        }
    }

    private func pair(_ old: JSONValue, _ new: JSONValue) -> [JSONMember] {
        [JSONMember(key: "before", value: old), JSONMember(key: "after", value: new)]
    }
}

extension TypeChange {
    fileprivate var members: [JSONMember] {
        let presence =
            switch presence {
            case .came: "came"
            case .went: "went"
            case .stays: "stays"
            }
        return [
            JSONMember(key: "type", value: .string(type)), JSONMember(key: "presence", value: .string(presence)),
            JSONMember(key: "gained", value: .strings(gained)),
            JSONMember(key: "lost", value: .strings(lost)), JSONMember(key: "rebound", value: .strings(rebound)),
            JSONMember(key: "rows", value: rows?.json ?? .null),
            JSONMember(key: "isolation", value: isolation?.json ?? .null),
        ]
    }
}

extension TypeChange.Replacement {
    fileprivate var json: JSONValue {
        .object([
            JSONMember(key: "before", value: old.map(JSONValue.string) ?? .null),
            JSONMember(key: "after", value: new.map(JSONValue.string) ?? .null),
            JSONMember(key: "direction", value: .string(direction.description)),
        ])
    }
}

extension JSONValue {
    static func strings(_ items: [String]) -> JSONValue { .array(items.map(JSONValue.string)) }
}

extension Reach {
    /// As `roles.yaml` has it.
    var name: String {
        switch self {
        case .tenant: "tenant"
        case .subtree: "subtree"
        case .crossTenant: "crossTenant"
        }
    }
}
