import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog

/// `where`, `orderBy`, `first` and `offset` of one list field, read for one shape of the request.
struct ListArguments {
    /// `nil` where every visible row is asked for.
    let condition: Condition<PlanOperand>?
    let order: [OrderKey]
    let first: RowBound
    let offset: RowBound?

    init(_ arguments: ShapedArguments, on binding: TypeBinding, rules: RuleSet, catalog: Catalog) throws(PlanningError)
    {
        if let filter = arguments["where"], !filter.isNull {
            condition = try FilterArgument.read(filter, on: binding, catalog: catalog, limits: rules.limits)
        } else {
            condition = nil
        }
        let stated =
            if let order = arguments["orderBy"], !order.isNull { try Self.keys(order, on: binding) } else {
                [OrderKey]()
            }
        order = Self.complete(stated, on: binding, readable: rules.types[binding.name]?.fields ?? [])
        let limits = rules.limits
        first = try Self.bound(
            arguments["first"], name: "first", otherwise: limits[.defaultFirst], maximum: limits[.first])
        if let offset = arguments["offset"], !offset.isNull {
            self.offset = try Self.bound(offset, name: "offset", otherwise: 0, maximum: limits[.offset])
        } else {
            offset = nil
        }
    }

    init(condition: Condition<PlanOperand>?, order: [OrderKey], first: RowBound) {
        self.condition = condition
        self.order = order
        self.first = first
        offset = nil
    }

    /// The place, among the parts of the client's filter, of the one that says which tenant: then
    /// an index that begins with it needs no second condition of the same kind.
    func pinned(_ isolation: Isolation) -> Int? {
        guard case .column(let column) = isolation, let condition else { return nil }
        return condition.conjuncts.firstIndex { conjunct in
            switch conjunct {
            case .compare(column, .eq, _), .compare(column, .notDistinctFrom, _): true
            default: false
            }
        }
    }

    // MARK: Order

    private static func keys(_ order: ShapedValue, on binding: TypeBinding) throws(PlanningError) -> [OrderKey] {
        let items: [ShapedValue]
        switch order {
        case .list(let list): items = list
        case .constant(.list(let list)) where list.isEmpty: items = []
        case .object, .constant, .open: items = [order]
        }
        var keys: [OrderKey] = []
        for item in items {
            guard case .object(let members) = item, members.count == 1,
                case .constant(.enumValue(let name)) = members[0].value,
                let direction = OrderDirection(rawValue: name), let column = binding.column(members[0].name)
            else {
                throw PlanningError(
                    .badInput, "An entry of \"orderBy\" has exactly one key, such as {createdAt: DESC}.")
            }
            if !keys.contains(where: { $0.column == column }) {
                keys.append(OrderKey(column: column, direction: direction))
            }
        }
        return keys
    }

    /// The stated order, or else the default without what the viewer may not read; made total by
    /// the primary key.
    private static func complete(_ stated: [OrderKey], on binding: TypeBinding, readable: Set<String>) -> [OrderKey] {
        var order = stated.isEmpty ? binding.defaultOrder.filter { readable.contains($0.column.field) } : stated
        for column in binding.key.columns where !order.contains(where: { $0.column == column }) {
            order.append(OrderKey(column: column, direction: .ascending))
        }
        // Nothing is left to decide behind the last column of the key.
        let last = order.lastIndex { binding.key.contains($0.column) } ?? order.count - 1
        order.removeSubrange((last + 1)...)
        return order
    }

    // MARK: Bounds

    static func bound(
        _ value: ShapedValue?, name: String, otherwise: Int, maximum: Int
    ) throws(PlanningError) -> RowBound {
        switch value {
        case nil, .constant(.null)?: return RowBound(source: .fixed(otherwise), maximum: maximum)
        case .constant(.int(let number))?:
            if let problem = problem(Int(number), name: name, maximum: maximum) { throw problem }
            return RowBound(source: .fixed(Int(number)), maximum: maximum)
        case .open(let place)?: return RowBound(source: .variable(place.position), maximum: maximum)
        case .constant?, .list?, .object?: throw PlanningError(.badInput, "\"\(name)\" is a number of rows.")
        }
    }

    /// What is wrong with a number of rows; `nil` when it may be.
    static func problem(_ number: Int, name: String, maximum: Int) -> PlanningError? {
        if number < 0 { return PlanningError(.badInput, "\"\(name)\" must not be negative; it is \(number).") }
        if number > maximum {
            return PlanningError(
                .limit(name == "offset" ? .offset : .first), "\"\(name)\" is at most \(maximum) here; it is \(number).")
        }
        return nil
    }
}

extension RowBound {
    /// The number for a request's variables; throws when it is beyond what may be asked.
    public func value(_ variables: VariableValues, name: String) throws(PlanningError) -> Int {
        switch source {
        case .fixed(let number): return number
        case .variable(let position):
            guard position < variables.values.count, case .int(let given)? = variables.values[position] else {
                return 0
            }
            let number = Int(given)
            if let problem = ListArguments.problem(number, name: name, maximum: maximum) { throw problem }
            return number
        }
    }
}
