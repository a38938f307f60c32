import GraphQLIntrospection
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog

/// Turns a validated operation into a plan: one load for each relation that is asked for, whatever
/// the number of rows.
///
/// Pure: no database, no clock. The same operation, shape of variables, rules and scope always give
/// byte-equal SQL.
public struct Planner: Sendable {
    let access: RowAccess
    /// Puts a comment before each statement that names the operation and its plan
    /// (``AuthorizedPlan/statements``).
    public var tagsStatements = false
    /// Steps after which a plan is given up (``PlanningError/Kind/allowance``): values in
    /// arguments, and ten for each load. For a caller that has no time for long ones.
    public var allowance = Int.max

    public init(catalog: Catalog, rules: RuleSet, scope: TenantScope) {
        access = RowAccess(catalog: catalog, rules: rules, scope: scope)
    }

    public func plan(
        _ operation: ValidatedOperation, shapes: VariableShapes, variables: VariableValues
    ) throws(PlanningError) -> AuthorizedPlan {
        var walk = PlanWalk(
            access: access, operation: operation, shapes: shapes, variables: variables, allowance: allowance)
        let output = try walk.root()
        return try AuthorizedPlan.authorize(
            walk.drafts, output: output, pages: walk.pages.map { $0.finish() }, access: access, name: operation.name,
            kind: operation.kind, isTagged: tagsStatements)
    }
}

/// One walk over an operation's selections: it drafts the loads and shapes the answer. It recurses
/// as deep as fields are nested, which validation bounds.
struct PlanWalk {
    let access: RowAccess
    let operation: ValidatedOperation
    let shapes: VariableShapes
    let variables: VariableValues
    var drafts: [any DraftLoad] = []
    /// Bytes of `__schema` and `__type` so far.
    private var introspected = 0
    /// Bytes of the values in arguments so far: those that the plan holds.
    private var valueBytes = 0
    /// What was done so far, in steps that take about as long: values in arguments, and some for
    /// each load.
    private var steps = 0
    private let allowance: Int
    private let nulls: ForbiddenNulls
    /// The connections so far.
    var pages: [PageDraft] = []

    init(
        access: RowAccess, operation: ValidatedOperation, shapes: VariableShapes, variables: VariableValues,
        allowance: Int = .max
    ) {
        self.allowance = allowance
        self.access = access
        self.operation = operation
        self.shapes = shapes
        self.variables = variables
        nulls = ForbiddenNulls(operation, variables)
    }

    // MARK: Root

    mutating func root() throws(PlanningError) -> ObjectOutput {
        let sets = [operation.operation.selectionSet]
        if let failed = failedObject(sets, on: operation.rootType) { return failed }
        let asked = collect(sets, on: operation.rootType)
        var fields = FieldList(capacity: asked.count)
        for field in asked {
            let value = if let failed = failedValue(field) { failed } else { try rootValue(field) }
            fields.add(field, value, isNonNull: isNonNullRoot(field.name))
        }
        return ObjectOutput(type: operation.rootType.name, fields: fields.items)
    }

    private func isNonNullRoot(_ name: String) -> Bool {
        operation.schema.field(name, of: .object(operation.rootType))?.type.isNonNull ?? true
    }

    private mutating func rootValue(_ field: CollectedField) throws(PlanningError) -> OutputValue {
        let name = field.name
        switch name {
        case "__typename": return .typename(operation.rootType.name)
        case "__schema", "__type": return try introspection(field)
        default: break
        }
        if let derived = access.catalog.derivedFields[operation.rootType.name]?[name] {
            return try self.derived(derived, field)
        }
        guard let definition = definition(of: field, on: operation.rootType), let root = access.catalog.root[name]
        else {
            throw field.notBound()
        }
        let arguments = try self.arguments(field, definition)
        switch root {
        case .constant(let json): return .fixed(Array(json.utf8))
        case .viewer(let type):
            let binding = try access.binding(type)
            let source = ParameterSource.viewer(.id, ValueForm(binding.key.first.type))
            let id = LoadDraft.KnownValue(column: binding.key.first, source: source)
            return try object(field, binding, link: .value([id], parent: nil), path: field.responseKey)
        case .getter(let type, let getters):
            let key = try getters.map { getter throws(PlanningError) in
                LoadDraft.KnownValue(
                    column: getter.column,
                    source: try getterSource(arguments[getter.name], getter.name, column: getter.column, field: field))
            }
            return try object(
                field, try access.binding(type), link: .value(key, parent: nil), path: field.responseKey)
        case .list(let type):
            let binding = try access.binding(type)
            let list = try listArguments(field, arguments, binding, path: field.responseKey)
            return try self.list(field, binding, definition, link: .all, list, path: field.responseKey)
        case .node: return try node(field, definition)
        }
    }

    private func getterSource(
        _ value: ShapedValue?, _ argument: String, column: ColumnBinding, field: CollectedField
    ) throws(PlanningError) -> ParameterSource {
        guard let value, let operand = PlanOperand(value) else {
            throw PlanningError(
                .badInput, "\"\(field.name)\" needs its argument \"\(argument)\".", range: field.first.range)
        }
        do {
            return try operand.source(ValueForm(column.type))
        } catch {
            let range = field.first.range(ofArgument: argument)
            throw PlanningError(
                .badInput, "Argument \"\(argument)\": \(error.message)", range: range, path: field.responseKey)
        }
    }

    private mutating func introspection(_ field: CollectedField) throws(PlanningError) -> OutputValue {
        if let null = nulls.first(within: field) { return .failed(FieldFailure(null)) }
        let buffer = ResponseBuffer(), limit = access.rules.limits[.introspectionBytes]
        do {
            try Introspection.write(
                field.nodes, of: operation, variables: variables, into: buffer,
                limits: IntrospectionLimits(bytes: limit - introspected))
        } catch {
            throw PlanningError(
                .limit(.introspectionBytes), IntrospectionFailure(limit: limit).message, range: field.first.range,
                path: field.responseKey)
        }
        introspected += buffer.count
        return .fixed(buffer.takeBytes())
    }

    // MARK: Objects and lists

    mutating func object(
        _ field: CollectedField, _ binding: TypeBinding, link: LoadDraft.LinkDraft, path: String
    ) throws(PlanningError) -> OutputValue {
        let draft = LoadDraft(
            index: drafts.count, binding: binding, path: path, range: field.first.range, link: link, isList: false)
        try add(draft)
        return .object(load: draft.index, try selections(field, draft))
    }

    private mutating func list(
        _ field: CollectedField, _ binding: TypeBinding, _ definition: FieldType, link: LoadDraft.LinkDraft,
        _ arguments: ListArguments, path: String
    ) throws(PlanningError) -> OutputValue {
        let draft = LoadDraft(
            index: drafts.count, binding: binding, path: path, range: field.first.range, link: link, isList: true,
            arguments: arguments)
        try add(draft)
        let itemsNonNull = if case .list(let inner) = definition.type.nullable { inner.isNonNull } else { false }
        return .list(load: draft.index, try selections(field, draft), itemsNonNull: itemsNonNull)
    }

    mutating func add(_ draft: any DraftLoad) throws(PlanningError) {
        let limit = access.rules.limits[.loads]
        guard drafts.count < limit else {
            throw PlanningError(
                .limit(.loads),
                "The operation needs more than the \(limit) loads that are allowed: one for each relation that is asked for.",
                range: draft.range, path: draft.path)
        }
        try spend(Self.stepsOfLoad)
        drafts.append(draft)
    }

    mutating func selections(_ field: CollectedField, _ draft: LoadDraft) throws(PlanningError) -> ObjectOutput {
        guard case .object(let type)? = operation.schema.type(draft.binding.name) else {
            throw field.notBound()
        }
        if let failed = failedObject(field.selectionSets, on: type) { return failed }
        let children = collect(field.selectionSets, on: type)
        var fields = FieldList(capacity: children.count)
        for child in children {
            if child.name == "__typename" {
                fields.add(typename: type.name, child)
                continue
            }
            guard let definition = type.fields[child.name] else { throw child.notBound() }
            let value = if let failed = failedValue(child) { failed } else { try value(child, definition, of: draft) }
            fields.add(child, value, isNonNull: definition.type.isNonNull)
        }
        return ObjectOutput(type: type.name, fields: fields.items)
    }

    private mutating func value(
        _ field: CollectedField, _ definition: FieldType, of draft: LoadDraft
    ) throws(PlanningError) -> OutputValue {
        switch draft.binding.fields[field.name] {
        case .column(let column)?, .computed(let column)?:
            .cell(column: draft.cell(column), CellForm.of(column.type, as: definition.type))
        case .relation(let relation)?: try self.relation(field, definition, relation, of: draft)
        case nil: try unbound(field, of: draft)
        }
    }

    /// A field that no binding mentions.
    private mutating func unbound(_ field: CollectedField, of draft: LoadDraft) throws(PlanningError) -> OutputValue {
        guard case .object(let type)? = operation.schema.type(draft.binding.name) else { throw field.notBound() }
        if let derived = access.catalog.derivedFields[type.name]?[field.name] {
            return try self.derived(derived, field, of: draft)
        }
        if field.name == access.catalog.nodeField, let key = access.catalog.nodeKeys[type.name] {
            return .nodeID(type: type.name, columns: key.columns.map(draft.cell))
        }
        if field.name == Catalog.accessField, access.catalog.accessTypes.contains(type.name) {
            return try access(field, of: type)
        }
        throw field.notBound()
    }

    private mutating func relation(
        _ field: CollectedField, _ definition: FieldType, _ relation: RelationBinding, of parent: LoadDraft
    ) throws(PlanningError) -> OutputValue {
        let binding = try access.binding(relation.target)
        let path = "\(parent.path).\(field.responseKey)"
        let link = try link(relation, of: parent, field)
        switch relation.cardinality {
        case .one: return try object(field, binding, link: link, path: path)
        case .many:
            let arguments = try self.arguments(field, definition)
            let list = try listArguments(field, arguments, binding, path: path)
            return try self.list(field, binding, definition, link: link, list, path: path)
        }
    }

    /// Where the parent is one row found by the same column, its key is known already, and both
    /// loads leave at once.
    func link(
        _ relation: RelationBinding, of parent: LoadDraft, _ field: CollectedField
    ) throws(PlanningError) -> LoadDraft.LinkDraft {
        if case .value(let values, _) = parent.link, !parent.isList, relation.tiesByBytes {
            let known = relation.pairs.compactMap { pair in
                values.first {
                    $0.column.column == pair.local.column && $0.column.type == pair.remote.type
                        && $0.column.equalsByBytes
                }.map { LoadDraft.KnownValue(column: pair.remote, source: $0.source) }
            }
            if known.count == relation.pairs.count { return .value(known, parent: parent.index) }
        }
        let keys = try relation.locals.map { local throws(PlanningError) in
            guard let type = KeyType(local.type) else { throw field.notBound() }
            return LinkKey(cell: parent.cell(local), type: type)
        }
        return .batch(relation, parent: parent, keys)
    }

    // MARK: Nulls

    /// The value of a field with a null among its arguments where none may stand; `nil` of any
    /// other field.
    func failedValue(_ field: CollectedField) -> OutputValue? {
        nulls.first(inArgumentsOf: field.first).map { .failed(FieldFailure($0)) }
    }

    /// An object of which cannot be told which fields it has; `nil` of any other.
    func failedObject(_ sets: [SelectionSet], on type: ObjectType) -> ObjectOutput? {
        guard let null = nulls.first(inConditionsOf: sets, on: type) else { return nil }
        let failure = FieldFailure(null, isOfObject: true)
        let field = OutputField(
            responseKey: "", prefix: Array("{".utf8), value: .failed(failure), isNonNull: true, range: failure.range)
        return ObjectOutput(type: type.name, fields: [field])
    }

    // MARK: Arguments

    mutating func arguments(_ field: CollectedField, _ definition: FieldType) throws(PlanningError) -> ShapedArguments {
        if definition.arguments.isEmpty { return .none }
        var shaped = ShapedArguments()
        do {
            for (name, value) in try symbolicArguments(of: field.first, definition: definition, in: operation) {
                if let value = shapes.shape(value, variables) { shaped.add(name, value) }
            }
        } catch {
            throw PlanningError(
                .badInput, error.items.first?.message ?? "An argument has a wrong value.", range: field.first.range,
                path: field.responseKey)
        }
        for item in shaped.items { try count(item.value, field) }
        return shaped
    }

    /// What a fragment says once it says at every place where it is spread.
    private mutating func count(_ value: ShapedValue, _ field: CollectedField) throws(PlanningError) {
        try spend(value.nodeCount)
        valueBytes += value.constantBytes
        let limit = access.rules.limits[.valueBytes]
        guard valueBytes <= limit else {
            throw PlanningError(
                .limit(.valueBytes),
                "The operation's values take more than the \(limit) bytes that are allowed, counted wherever they are used.",
                range: field.first.range, path: field.responseKey)
        }
    }

    /// Steps that a load counts for.
    private static let stepsOfLoad = 10

    private mutating func spend(_ count: Int) throws(PlanningError) {
        steps += count
        guard steps <= allowance else {
            throw PlanningError(.allowance, "Planning takes more than the \(allowance) steps that were allowed for it.")
        }
    }

    func listArguments(
        _ field: CollectedField, _ arguments: ShapedArguments, _ binding: TypeBinding, path: String
    ) throws(PlanningError) -> ListArguments {
        do {
            return try ListArguments(arguments, on: binding, rules: access.rules, catalog: access.catalog)
        } catch {
            throw error.located(in: field, path)
        }
    }

    /// Counted, and looked at with the next load: few lines can spread fragments with thousands of
    /// fields.
    mutating func collect(_ sets: [SelectionSet], on type: ObjectType) -> [CollectedField] {
        let fields = collectFields(sets, on: type, in: operation, variables: variables)
        steps += fields.reduce(0) { $0 + $1.nodes.count } / Self.fieldsOfStep
        return fields
    }

    /// So many fields of the document are gathered in the time of a step.
    private static let fieldsOfStep = 4

    func definition(of field: CollectedField, on type: ObjectType) -> FieldType? { type.fields[field.name] }
}

/// The fields of an object as they are added, each with the punctuation before it.
struct FieldList {
    private(set) var items: [OutputField] = []

    init(capacity: Int) { items.reserveCapacity(capacity) }

    mutating func add(typename: String, _ field: CollectedField) { add(field, .typename(typename), isNonNull: true) }

    mutating func add(_ field: CollectedField, _ value: OutputValue, isNonNull: Bool) {
        var prefix: [UInt8] = []
        prefix.reserveCapacity(field.responseKey.utf8.count + 4)
        prefix.append(items.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        prefix.append(UInt8(ascii: "\""))
        prefix.append(contentsOf: field.responseKey.utf8)
        prefix.append(UInt8(ascii: "\""))
        prefix.append(UInt8(ascii: ":"))
        let range = if case .failed(let failure) = value { failure.range } else { field.first.range }
        items.append(
            OutputField(
                responseKey: field.responseKey, prefix: prefix, value: value, isNonNull: isNonNull, range: range))
    }
}

extension FieldFailure {
    fileprivate init(_ error: InputError, isOfObject: Bool = false) {
        self.init(message: error.message, range: error.ranges.first ?? .none, isOfObject: isOfObject)
    }
}

extension OutputValue {
    static func typename(_ name: String) -> OutputValue { .fixed(Array("\"\(name)\"".utf8)) }
}

extension CollectedField {
    var first: Field { nodes[0] }
}
