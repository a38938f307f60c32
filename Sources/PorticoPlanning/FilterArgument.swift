import ExactText
import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// Reads a client's `where` with the reader of rules, so that both have the same meaning.
enum FilterArgument {
    static func read(
        _ value: ShapedValue, on binding: TypeBinding, catalog: Catalog, limits: RuleLimits
    ) throws(ClientError) -> Condition<PlanOperand> {
        var reader = FilterReader<ShapedValue>(catalog: catalog, limits: FilterLimits(limits))
        let condition = reader.condition(value, of: binding)
        if let problem = reader.problems.first {
            let place = problem.path.isEmpty ? "where" : "where.\(problem.path)"
            let hint = problem.hint.map { " \($0)" } ?? ""
            let message = "At \"\(place)\": \(problem.message)\(hint)"
            var error =
                problem.limit.map { ClientError(limit: RequestLimit($0), message) } ?? ClientError(.badInput, message)
            error.argument = place
            throw error
        }
        return condition
    }
}

extension FilterLimits {
    init(_ limits: RuleLimits) {
        self.init(
            depth: limits[.filterDepth], conditions: limits[.filterConditions], operands: limits[.operands],
            lists: limits[.filterLists])
    }
}

extension RequestLimit {
    fileprivate init(_ name: FilterLimits.Name) {
        self =
            switch name {
            case .depth: .filterDepth
            case .conditions: .filterConditions
            case .operands: .operands
            case .lists: .filterLists
            }
    }
}

extension ShapedValue: FilterSource {
    public var shape: FilterShape<ShapedValue> {
        switch self {
        case .constant(.null): .null
        case .constant(.list(let items)): .list(items.map(ShapedValue.constant))
        case .constant(.object(let members)):
            .object(members.map { FilterEntry(key: ExactString($0.name), value: .constant($0.value)) })
        case .constant, .open: .leaf
        case .list(let items): .list(items)
        case .object(let members): .object(members.map { FilterEntry(key: ExactString($0.name), value: $0.value) })
        }
    }

    public func nullFlag(_ isNull: Bool) -> PlanOperand? { .stated(.constant(.boolean(isNull))) }

    public func operand(_ use: FilterOperandUse) throws(FilterProblem) -> PlanOperand {
        guard let operand = PlanOperand(self) else { throw FilterProblem("Expected a value.") }
        if use.form == .flag {
            if operand.flag == nil { throw FilterProblem("Expected true or false.") }
            return operand
        }
        // Literals are checked here, where their place is known; variables when they have values.
        do throws(CoercionFailure) { try operand.checkConstants(use) } catch { throw FilterProblem(error.message) }
        return operand
    }
}
