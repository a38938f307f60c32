import ExactText
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// Describes a plan: loads in starting order, SQL, parameters' sources, conditions' reasons.
public struct Explanation: Sendable {
    /// Measurements of one load, if the plan was run.
    public struct Measurement: Sendable {
        public var rows: Int
        public var milliseconds: Double

        public init(rows: Int, milliseconds: Double) {
            self.rows = rows
            self.milliseconds = milliseconds
        }
    }

    let plan: AuthorizedPlan
    let operation: ValidatedOperation
    let tenant: ExactString?

    /// `tenant` selects the file among equal tenant files that share their rules.
    public init(_ plan: AuthorizedPlan, of operation: ValidatedOperation, tenant: ExactString? = nil) {
        self.plan = plan
        self.operation = operation
        self.tenant = tenant
    }

    /// The text, ending in a line break, with measurements by load if the plan was run.
    /// - Parameter layout: Splits a statement or condition into lines; by default one line.
    public func text(_ measurements: [Int: Measurement] = [:], layout: (String) -> [String] = { [$0] }) -> String {
        let name = plan.operationName.map { " \($0)" } ?? ""
        var lines = ["\(plan.operationKind.rawValue)\(name): \(Self.count(plan.loads.count, "load"))\(scope)"]
        for load in plan.loads {
            lines.append("")
            lines.append("\(load.index + 1). \(load.path): \(describe(load))")
            if let measured = measurements[load.index] {
                lines.append(
                    "   measured  \(Self.count(measured.rows, "row")) in \(Self.milliseconds(measured.milliseconds)) ms"
                )
            }
            lines += Self.entry("sql", layout(load.sql))
            for (position, source) in load.parameters.enumerated() {
                lines.append("   $\(position + 1)        \(describe(source, load))")
            }
            for note in load.notes {
                var condition = layout(SQLPrinter.print(note.condition))
                condition[condition.count - 1] += "  -- \(describe(note.reason))"
                lines += Self.entry("where", condition)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func entry(_ label: String, _ lines: [String]) -> [String] {
        lines.enumerated().map { index, line in
            let label = index == 0 ? label : ""
            return "   " + label + String(repeating: " ", count: 10 - label.utf8.count) + line
        }
    }

    private var scope: String {
        switch plan.scope {
        case .all: ", across all tenants"
        case .one: ", within the viewer's one tenant"
        case .several: ", within the viewer's tenants"
        }
    }

    func describe(_ load: Load) -> String {
        func same(_ text: String) -> (String, String) { (text, text) }
        let (what, each) =
            switch load.content {
            case .rows:
                load.isList
                    ? ("rows of \(load.type)", "a list of \(load.type)")
                    : ("one row of \(load.type)", "a row of \(load.type)")
            case .totals: ("values of all rows of \(load.type) together", "values of all rows of \(load.type) together")
            case .groups: ("groups of rows of \(load.type)", "groups of rows of \(load.type)")
            case .page(let page): same("a page of \(load.type)\(plan.pages[page].isBackward ? ", from its end" : "")")
            case .otherSide(let page):
                same("whether there is a \(load.type) \(plan.pages[page].isBackward ? "behind" : "before") the page")
            }
        return switch load.link {
        case .root: "\(what); starts at once"
        case .known(let parent): "\(what); starts at once, for the row of load \(parent + 1)"
        case .batch(let parent, _, _): "\(each) for each row of load \(parent + 1), in one statement"
        }
    }

    // MARK: Parameters

    func describe(_ source: ParameterSource, _ load: Load) -> String {
        switch source {
        case .constant(.null), .rule(.null): "null"
        case .constant(.text(let bytes)), .rule(.text(let bytes)): "\"\(String(decoding: bytes, as: UTF8.self))\""
        case .constant(.binary(let bytes)), .rule(.binary(let bytes)): "\(bytes.count) bytes"
        case .variable(let place, _): "variable \(describe(place))"
        case .elements(let elements, _): "a list of \(elements.count) values, some of them variables"
        case .viewer(let value, _): "the viewer's \(describe(value))"
        case .tenant: "the viewer's tenant"
        case .tenants: "the viewer's tenants"
        case .now: "the time of the request"
        case .keys(let position):
            if case .batch(let parent, let keys, _) = load.link {
                "the keys of load \(parent + 1): \(keyName(parent, keys[position].cell))"
            } else {
                "keys"
            }
        case .rowsLeft: "the rows that the request may still bring, and one"
        case .first(let bound): "first: \(describe(bound)), at most \(bound.maximum)"
        case .offset(let bound): "offset: \(describe(bound)), at most \(bound.maximum)"
        case .rows(let index): describe(rowsOf: plan.pages[index])
        case .cursor(let page, let side, let key):
            "\(plan.pages[page].order[key].column.field) of the cursor in \(side.rawValue)\(describe(plan.pages[page].cursor(side)))"
        case .nodeKey(let place, let type, _, _): "the key of a \(type) in variable \(describe(place))"
        }
    }

    private func describe(rowsOf page: Page) -> String {
        let rows = "\(page.sizeName): \(describe(page.size)), at most \(page.size.maximum)"
        return page.looksBeyond ? "\(rows); and one row more, to know whether there is any" : rows
    }

    private func describe(_ cursor: PlanOperand?) -> String {
        if case .stated(.open(let place))? = cursor { ": variable \(describe(place))" } else { "" }
    }

    private func keyName(_ load: Int, _ column: Int) -> String {
        let parent = plan.loads[load]
        let position = column - (parent.width - parent.columns.count)
        return parent.columns.indices.contains(position)
            ? "\(parent.type).\(parent.columns[position].field)" : parent.type
    }

    private func describe(_ place: VariablePlace) -> String {
        var text =
            operation.variables.indices.contains(place.position) ? "$\(operation.variables[place.position].name)" : "$?"
        for step in place.path {
            switch step {
            case .member(let name): text += ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }

    private func describe(_ value: ViewerValue) -> String {
        switch value {
        case .id: "id"
        case .tenant: "tenant"
        case .tenants: "tenants"
        case .role: "role"
        case .claim(let name): "claim \(name)"
        }
    }

    private func describe(_ bound: RowBound) -> String {
        switch bound.source {
        case .fixed(let number): String(number)
        case .variable(let position): describe(VariablePlace(position: position))
        }
    }

    private func describe(_ reason: ConditionNote.Reason) -> String {
        switch reason {
        case .isolation: "isolation"
        case .rule: "rule at \(origins(reason).joined(separator: ", "))"
        case .filter: "the request's filter"
        case .key: "key"
        case .cursor(let side): "the cursor in \(side.rawValue)"
        }
    }

    /// The places of the rules behind a condition.
    func origins(_ reason: ConditionNote.Reason) -> [String] {
        if case .rule(let origins) = reason { origins.map { $0.resolved(tenant: tenant).description } } else { [] }
    }

    // MARK: Numbers

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    static func milliseconds(_ value: Double) -> String { String((value * 100).rounded() / 100) }
}
