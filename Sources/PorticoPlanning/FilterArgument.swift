import ExactText
import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// Reads a client's `where` by the same reader as the rules of an admin, so that both mean the
/// same.
enum FilterArgument {
    static func read(
        _ value: ShapedValue, on binding: TypeBinding, catalog: Catalog, limits: RuleLimits
    ) throws(PlanningError) -> Condition<PlanOperand> {
        var reader = FilterReader<ShapedValue>(catalog: catalog, limits: FilterLimits(limits))
        let condition = reader.condition(value, of: binding)
        if let problem = reader.problems.first {
            let place = problem.path.isEmpty ? "where" : "where.\(problem.path)"
            let hint = problem.hint.map { " \($0)" } ?? ""
            var error = PlanningError(
                problem.limit.map { .limit(RequestLimit($0)) } ?? .badInput,
                "At \"\(place)\": \(problem.message)\(hint)")
            error.argument = place
            throw error
        }
        return condition
    }
}

extension FilterLimits {
    /// Of a client's filter.
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

    public func nullFlag(_ isNull: Bool) -> PlanOperand? { .constant(.boolean(isNull)) }

    public func operand(_ use: FilterOperandUse) throws(FilterProblem) -> PlanOperand {
        guard let operand = PlanOperand(self) else { throw FilterProblem("Expected a value.") }
        if use.form == .flag {
            if operand.flag == nil { throw FilterProblem("Expected true or false.") }
            return operand
        }
        // What the document spells is looked at here, where its place is known; variables when they
        // have values.
        do throws(CoercionFailure) { try operand.checkConstants(use) } catch { throw FilterProblem(error.message) }
        return operand
    }
}
