import Diagnostics
import JSONBytes
import PorticoAccess

extension AccessExplanation {
    /// The explanation as one JSON object, for programs: the command with `--json`, and
    /// `extensions.access` of a response.
    public func json(_ viewer: ViewerDescription) -> JSONValue {
        .object([
            JSONMember(key: "viewer", value: .object(viewer.json)), JSONMember(key: "refused", value: .bool(isRefused)),
            JSONMember(key: "fields", value: .array(uses.map(json))),
            JSONMember(key: "types", value: .array(rows.map(json))),
            JSONMember(key: "lostOrders", value: .array(lostOrders.map(json))),
            JSONMember(key: "errors", value: .array(refusals.map(json))),
            JSONMember(key: "missingVariables", value: .array(missingVariables.map { .string($0) })),
            JSONMember(key: "complete", value: .bool(!isCut)),
        ])
    }

    private func json(_ use: Use) -> JSONValue {
        .object([
            JSONMember(key: "path", value: .string(use.path)), JSONMember(key: "use", value: .string(use.place)),
            place(use.position),
            JSONMember(key: "allowed", value: .bool(use.isAllowed)),
            JSONMember(key: "reason", value: .string(use.reason)),
            JSONMember(key: "origin", value: .origin(use.origin)), JSONMember(key: "grant", value: .origin(use.grant)),
        ])
    }

    private func json(_ rows: Rows) -> JSONValue {
        .object([
            JSONMember(key: "type", value: .string(rows.type)),
            JSONMember(key: "readable", value: .bool(rows.isReadable)),
            JSONMember(key: "reason", value: .string(rows.reason)),
            JSONMember(key: "origin", value: .origin(rows.origin)),
            JSONMember(key: "grant", value: .origin(rows.grant)),
            JSONMember(key: "conditions", value: .array(rows.conditions.map(json))),
            JSONMember(key: "parameters", value: .array(rows.parameters.map { .string($0) })),
        ])
    }

    private func json(_ condition: Condition) -> JSONValue {
        .object([
            JSONMember(key: "kind", value: .string(condition.kind.rawValue)),
            JSONMember(key: "words", value: .string(condition.words)),
            JSONMember(key: "sql", value: .text(condition.sql)),
            JSONMember(key: "origin", value: .origin(condition.origin)),
        ])
    }

    private func json(_ lost: LostOrder) -> JSONValue {
        .object([
            JSONMember(key: "path", value: .string(lost.path)), JSONMember(key: "key", value: .string(lost.key)),
            JSONMember(key: "reason", value: .string(lost.reason)),
            JSONMember(key: "origin", value: .origin(lost.origin)),
        ])
    }

    private func json(_ refusal: Refusal) -> JSONValue {
        .object([
            JSONMember(key: "message", value: .string(refusal.message)),
            refusal.position.map(place) ?? JSONMember(key: "location", value: .null),
        ])
    }

    private func place(_ position: SourcePosition) -> JSONMember {
        JSONMember(
            key: "location",
            value: .object([
                JSONMember(key: "line", value: .count(position.line)),
                JSONMember(key: "column", value: .count(position.column)),
            ]))
    }
}
