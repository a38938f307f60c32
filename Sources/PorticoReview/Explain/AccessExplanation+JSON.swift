import Diagnostics
import JSONBytes
import PorticoAccess

extension AccessExplanation {
    /// One JSON object, for programs: the command's `--json`, and `extensions.access`.
    public func json(_ viewer: ViewerDescription) -> JSONValue {
        [
            "viewer": viewer.json, "refused": isRefused, "fields": uses.map(json), "types": rows.map(json),
            "lostOrders": lostOrders.map(json), "errors": refusals.map(json), "missingVariables": missingVariables,
            "complete": !isCut,
        ]
    }

    private func json(_ use: Use) -> JSONValue {
        [
            "path": use.path, "use": use.place, "location": place(use.position), "allowed": use.isAllowed,
            "reason": use.reason, "origin": use.origin, "grant": use.grant,
        ]
    }

    private func json(_ rows: Rows) -> JSONValue {
        [
            "type": rows.type, "readable": rows.isReadable, "reason": rows.reason, "origin": rows.origin,
            "grant": rows.grant, "conditions": rows.conditions.map(json), "parameters": rows.parameters,
        ]
    }

    private func json(_ condition: AccessExplanation.RowCondition) -> JSONValue {
        ["kind": condition.kind.rawValue, "words": condition.words, "sql": condition.sql, "origin": condition.origin]
    }

    private func json(_ lost: LostOrder) -> JSONValue {
        ["path": lost.path, "key": lost.key, "reason": lost.reason, "origin": lost.origin]
    }

    private func json(_ refusal: Refusal) -> JSONValue {
        ["message": refusal.message, "location": refusal.position.map(place)]
    }

    private func place(_ position: SourcePosition) -> JSONValue { ["line": position.line, "column": position.column] }
}

extension RuleOrigin: JSONRepresentable { public var jsonValue: JSONValue { .string(description) } }
