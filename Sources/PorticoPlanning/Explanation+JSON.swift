import JSONBytes
import PostgresSQL

extension Explanation {
    /// The explanation for tools: one object with stable member names.
    /// - Parameter measurements: By load, if the plan was run.
    public func json(_ measurements: [Int: Measurement] = [:]) -> JSONValue {
        object(
            ("operation", .string(plan.operationKind.rawValue)), ("name", text(plan.operationName)),
            ("plan", .string("\(plan.hash)")), ("scope", .string(scopeName)),
            ("loads", .array(plan.loads.map { json($0, measurements[$0.index]) })))
    }

    private var scopeName: String {
        switch plan.scope {
        case .all: "all tenants"
        case .one: "one tenant"
        case .several: "several tenants"
        }
    }

    private func json(_ load: Load, _ measured: Measurement?) -> JSONValue {
        let parameters = load.parameters.enumerated().map { position, source in
            object(("name", .string("$\(position + 1)")), ("source", .string(describe(source, load))))
        }
        let conditions = load.notes.map { note in
            object(
                ("sql", .string(SQLPrinter.print(note.condition))), ("reason", .string(kind(note.reason))),
                ("origins", .array(origins(note.reason).map { .string($0) })))
        }
        return object(
            ("number", number(load.index + 1)), ("path", .string(load.path)), ("type", .string(load.type)),
            ("after", parent(load).map { number($0 + 1) } ?? .null), ("description", .string(describe(load))),
            ("sql", .string(load.sql)), ("parameters", .array(parameters)),
            ("conditions", .array(conditions)),
            ("measured", measured.map(json) ?? .null))
    }

    private func json(_ measured: Measurement) -> JSONValue {
        object(("rows", number(measured.rows)), ("milliseconds", .number(Self.milliseconds(measured.milliseconds))))
    }

    /// The load that must complete first; `nil` for one that starts at once.
    private func parent(_ load: Load) -> Int? {
        if case .batch(let parent, _, _) = load.link { parent } else { nil }
    }

    private func kind(_ reason: ConditionNote.Reason) -> String {
        switch reason {
        case .isolation: "isolation"
        case .rule: "rule"
        case .filter: "filter"
        case .key: "key"
        case .cursor: "cursor"
        }
    }

    // MARK: Values

    private func object(_ members: (String, JSONValue)...) -> JSONValue {
        .object(members.map { JSONMember(key: $0.0, value: $0.1) })
    }

    private func number(_ value: Int) -> JSONValue { .number(String(value)) }

    private func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
}
