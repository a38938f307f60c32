import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog

/// `where`, `orderBy`, `first` and `offset` of one list field, for one shape of the request.
struct ListArguments {
    /// `nil` if every visible row is requested.
    let condition: Condition<PlanOperand>?
    let order: [OrderKey]
    let first: RowBound
    let offset: RowBound?

    init(
        _ arguments: ShapedArguments, on binding: TypeBinding, rules: CompiledPolicy, catalog: Catalog
    ) throws(ClientError) {
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

    /// The index, among the parts of the client's filter, of the part that names the tenant: then
    /// an index that begins with the tenant needs no second such condition.
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

    private static func keys(_ order: ShapedValue, on binding: TypeBinding) throws(ClientError) -> [OrderKey] {
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
                throw ClientError(.badInput, "An entry of \"orderBy\" has exactly one key, such as {createdAt: DESC}.")
            }
            if !keys.contains(where: { $0.column == column }) {
                keys.append(OrderKey(column: column, direction: direction))
            }
        }
        return keys
    }

    /// The requested order, or the default's readable columns, made total by the primary key.
    private static func complete(_ stated: [OrderKey], on binding: TypeBinding, readable: Set<String>) -> [OrderKey] {
        var order = stated.isEmpty ? binding.defaultOrder.filter { readable.contains($0.column.field) } : stated
        for column in binding.key.columns where !order.contains(where: { $0.column == column }) {
            order.append(OrderKey(column: column, direction: .ascending))
        }
        // Columns after the last column of the key have no effect.
        let last = order.lastIndex { binding.key.contains($0.column) } ?? order.count - 1
        order.removeSubrange((last + 1)...)
        return order
    }

    // MARK: Bounds

    static func bound(
        _ value: ShapedValue?, name: String, otherwise: Int, maximum: Int
    ) throws(ClientError) -> RowBound {
        switch value {
        case nil, .constant(.null)?: return RowBound(source: .fixed(otherwise), maximum: maximum)
        case .constant(.int(let number))?:
            if let problem = problem(Int(number), name: name, maximum: maximum) { throw problem }
            return RowBound(source: .fixed(Int(number)), maximum: maximum)
        case .open(let place)?: return RowBound(source: .variable(place.position), maximum: maximum)
        case .constant?, .list?, .object?: throw ClientError(.badInput, "\"\(name)\" is a number of rows.")
        }
    }

    /// The error for an invalid number of rows; `nil` if it is valid.
    static func problem(_ number: Int, name: String, maximum: Int) -> ClientError? {
        if number < 0 { return ClientError(.badInput, "\"\(name)\" must not be negative; it is \(number).") }
        if number > maximum {
            return ClientError(
                limit: name == "offset" ? .offset : .first, "\"\(name)\" is at most \(maximum) here; it is \(number).")
        }
        return nil
    }
}

extension RowBound {
    /// The number for a request's variables; throws if it is out of bounds.
    public func value(_ variables: VariableValues, name: String) throws(ClientError) -> Int {
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
