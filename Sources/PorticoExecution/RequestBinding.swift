import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

/// Binds a plan's parameters for one request.
public struct RequestBinding: Sendable {
    let operation: ValidatedOperation
    let variables: VariableValues
    let viewer: Viewer
    let limits: RuleLimits
    /// The time of the request in PostgreSQL's text form; the same for all its loads.
    let now: [UInt8]
    let cursors: any CursorSealing
    /// Bytes of values after which binding gives up (``ClientError/Fault/unfinished``), for a
    /// caller that restarts it where long values may take their time.
    public var allowance = Int.max

    public init(
        operation: ValidatedOperation, variables: VariableValues, viewer: Viewer, limits: RuleLimits, now: [UInt8],
        cursors: any CursorSealing
    ) {
        self.operation = operation
        self.variables = variables
        self.viewer = viewer
        self.limits = limits
        self.now = now
        self.cursors = cursors
    }

    /// The parameter values of each load, given the result of ``pages(of:)``. Throws
    /// ``ClientError`` if a value exceeds a bound or does not fit its column, or if the rows that
    /// the plan may touch exceed the limit. `estimate` supplies row counts; without it, only each
    /// `first` bounds them.
    public func parameters(
        of plan: AuthorizedPlan, pages: [BoundPage], estimate: PlanEstimate = .unknown
    ) throws(ClientError) -> [[ParameterValue]] {
        try check(cost: limits[.cost], of: plan, estimate)
        var all: [[ParameterValue]] = []
        all.reserveCapacity(plan.loads.count)
        var budget = ValueBudget(limits, allowance: allowance)
        for load in plan.loads {
            var values: [ParameterValue] = []
            values.reserveCapacity(load.parameters.count)
            for source in load.parameters {
                // Checked before it is built: it may name one long variable a thousand times.
                if case .elements(let elements, _) = source {
                    try budget.spend(byteCount(of: .list(elements)), load.range, load.path)
                }
                if let type = Self.tenantType(source) { try budget.work(viewer.tenantList.bytesToEncode(for: type)) }
                let value = try value(source, of: load, plan, pages)
                if case .variable = source { try budget.spend(value.byteCount, load.range, load.path) }
                values.append(value)
            }
            ViewerBinding.closeOverMissing(load.parameters, &values)
            all.append(values)
        }
        return all
    }

    private func value(
        _ source: ParameterSource, of load: Load, _ plan: AuthorizedPlan, _ pages: [BoundPage]
    ) throws(ClientError) -> ParameterValue {
        switch source {
        case .constant(let value), .rule(let value): return value
        case .variable(let place, let form):
            guard let given = lookUp(place), given != .null else { throw missing(place, load) }
            if case .string(let text) = given, form.column == .text, !form.isList, form.use == .value,
                !text.utf8.contains(0)
            {
                return .text(Array(text.utf8))
            }
            if form.isList, case .list(let items) = given, items.count > limits[.operands] {
                throw tooLong(items.count, place, load)
            }
            if form.use != .value, case .string(let text) = given,
                var problem = TextUseLimit.problem(text.utf8.count, limits)
            {
                problem.message = "Variable \"$\(name(place))\": \(problem.message)"
                throw problem.placed(load.range, field: load.path)
            }
            return try encode(given, form, at: name(place), load)
        case .elements(let elements, let form):
            var items: [InputValue] = []
            for element in elements {
                guard let given = scalar(element), given != .null || element.isNull else {
                    if case .open(let place) = element { throw missing(place, load) }
                    continue
                }
                items.append(given)
            }
            return try encode(.list(items), form, at: "", load)
        case .tenant(let type):
            let tenants = viewer.tenants
            guard tenants.count == 1 else {
                throw ClientError(.isolation, "The viewer does not reach exactly one tenant.", field: load.path)
            }
            return Self.encodeQuietly(.string(tenants[0]), ValueForm(type))
        case .viewer, .tenants, .now: return ViewerBinding(viewer: viewer, now: now).value(source)
        case .keys, .rowsLeft: return .null
        case .first(let bound): return .text(Array(String(min(try rows(bound, "first", load), limits[.rows] + 1)).utf8))
        case .offset(let bound): return .text(Array(String(try rows(bound, "offset", load)).utf8))
        case .rows(let page):
            return .text(Array(String(pages[page].size + (plan.pages[page].looksBeyond ? 1 : 0)).utf8))
        case .cursor(let page, let side, let key): return pages[page].values(side)[key]
        case .nodeKey(let place, let type, let columns, let part):
            guard case .string(let id)? = lookUp(place), let key = NodeID.key(of: id, type: type, columns: columns)
            else { return .null }
            return .binary(key[part])
        }
    }

    // MARK: Values

    private func missing(_ place: VariablePlace, _ load: Load) -> ClientError {
        ClientError(.badInput, "Variable \"$\(name(place))\" has no value.", range: load.range, field: load.path)
    }

    private func tooLong(_ count: Int, _ place: VariablePlace, _ load: Load) -> ClientError {
        ClientError(
            limit: .operands,
            "Variable \"$\(name(place))\" holds \(count) values; an operator takes at most \(limits[.operands]).",
            range: load.range, field: load.path)
    }

    private func rows(_ bound: RowBound, _ name: String, _ load: Load) throws(ClientError) -> Int {
        do {
            return try bound.value(variables, name: name)
        } catch {
            throw error.placed(load.range, field: load.path)
        }
    }

    func lookUp(_ place: VariablePlace) -> InputValue? {
        guard place.position < variables.values.count, var value = variables.values[place.position] else { return nil }
        for step in place.path {
            switch (step, value) {
            case (.member(let name), .object): value = value[name] ?? .null
            case (.element(let index), .list(let items)) where index < items.count: value = items[index]
            default: return nil
            }
        }
        return value
    }

    /// The variable's name with the path inside it, such as `where.and[1].status.eq`.
    private func name(_ place: VariablePlace) -> String {
        var text = place.position < operation.variables.count ? operation.variables[place.position].name : "?"
        for step in place.path {
            switch step {
            case .member(let name): text += ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// A literal, or a variable's value; `nil` if it has none, and for other kinds of values.
    func scalar(_ value: ShapedValue) -> InputValue? {
        switch value {
        case .constant(let constant): constant
        case .open(let place): lookUp(place)
        case .list, .object: nil
        }
    }

    /// Of a literal, of what a variable holds, or of a list of both.
    func byteCount(of value: ShapedValue) -> Int {
        if case .list(let items) = value { return items.reduce(0) { $0 + byteCount(of: $1) } }
        return scalar(value)?.byteCount ?? 0
    }

    private func encode(
        _ value: InputValue, _ form: ValueForm, at name: String, _ load: Load
    ) throws(ClientError) -> ParameterValue {
        do {
            return .text(try ValueEncoding.text(value, form))
        } catch {
            let place = name.isEmpty ? "" : "Variable \"$\(name)\": "
            throw ClientError(.badInput, place + error.message, range: load.range, field: load.path)
        }
    }

    /// A viewer's value that a column cannot hold becomes null, which no row's column equals.
    static func encodeQuietly(_ value: InputValue, _ form: ValueForm) -> ParameterValue {
        if let bytes = try? ValueEncoding.text(value, form) { .text(bytes) } else { .null }
    }

    static func value(_ value: ViewerValue, of viewer: Viewer, _ form: ValueForm) -> ParameterValue {
        let text: String?
        switch value {
        case .id: text = viewer.id?.text
        case .tenant: text = viewer.tenant?.text
        case .claim(let name): text = viewer.claims[name]
        case .role:
            let role = viewer.role.text.uppercased()
            if case .enum = form.column { return encodeQuietly(.enumValue(role), form) }
            text = role
        case .tenants: return tenants(of: viewer, form.column)
        }
        guard let text else { return .null }
        switch form.column {
        case .int2, .int4, .int8: return Int64(text).map { encodeQuietly(.int($0), form) } ?? .null
        case .bool: return text == "true" || text == "false" ? encodeQuietly(.boolean(text == "true"), form) : .null
        case .enum: return encodeQuietly(.enumValue(text), form)
        default: return encodeQuietly(.string(text), form)
        }
    }

    // MARK: Cost

    /// Checks the rows that a plan may touch: per load, parents' rows times rows per parent.
    ///
    /// The refusal reveals them: they are rounded for isolated viewers (``PlanEstimate``).
    private func check(cost limit: Int, of plan: AuthorizedPlan, _ estimate: PlanEstimate) throws(ClientError) {
        var touched = [Int](repeating: 1, count: plan.loads.count)
        var total = 0, most = (rows: -1, load: 0)
        for load in plan.loads {
            let parents =
                switch load.link {
                case .root: 1
                case .known(let parent), .batch(let parent, _, _): touched[parent]
                }
            let known = estimate.rowsPerParent(load.index)
            let each =
                switch load.touches {
                case .one: 1
                case .atMost(let bound): min(try rows(bound, "first", load), known ?? .max)
                case .all(let assumed): known ?? assumed
                }
            touched[load.index] = parents.saturatingProduct(each)
            var cost = touched[load.index]
            if !load.reads.isEmpty {
                // A filter may have to test all of a parent's rows before enough of them pass.
                let testedEach = known.map { max(each, $0) } ?? min(each, PlanEstimate.assumedTested)
                cost = cost.saturatingSum(estimate.rowsRead(by: load, testing: parents.saturatingProduct(testedEach)))
            }
            total = total.saturatingSum(cost)
            if cost > most.rows { most = (cost, load.index) }
        }
        guard total > limit else { return }
        let load = plan.loads[most.load]
        let message = "This operation may touch \(total) rows, more than the \(limit) that are allowed"
        let place = "most of them, \(most.rows), at \"\(load.path)\""
        var error = ClientError(limit: .cost, "\(message); \(place).", range: load.range, field: load.path)
        error.cost = ClientError.Cost(estimate: total, limit: limit, path: load.path)
        throw error
    }
}
