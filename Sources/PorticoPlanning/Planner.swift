import GraphQLIntrospection
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog

/// Plans a validated operation: one load for each selected relation, whatever the number of rows.
///
/// Pure: the same operation, variables' shape, rules and scope yield equal SQL.
public struct Planner: Sendable {
    let access: RowAccess
    /// Whether each statement begins with a comment that names the operation and its plan
    /// (``AuthorizedPlan/statements``).
    public var tagsStatements = false
    /// Steps after which planning gives up (``ClientError/Fault/unfinished``): values in arguments,
    /// and ten for each load. For a caller that restarts it where it may take longer.
    public var allowance = Int.max

    public init(catalog: Catalog, rules: CompiledPolicy, scope: TenantScope) {
        access = RowAccess(catalog: catalog, rules: rules, scope: scope)
    }

    public func plan(
        _ operation: ValidatedOperation, shapes: VariableShapes, variables: VariableValues
    ) throws(ClientError) -> AuthorizedPlan {
        var walk = PlanWalk(
            access: access, operation: operation, shapes: shapes, variables: variables, allowance: allowance)
        let output = try walk.root()
        return try AuthorizedPlan.authorize(
            walk.drafts, output: output, pages: walk.pages.map { $0.finish() }, access: access, name: operation.name,
            kind: operation.kind, isTagged: tagsStatements)
    }
}

/// One walk over an operation's selections, which drafts the loads and shapes the answer. It
/// recurses as deep as fields are nested, which validation bounds.
struct PlanWalk {
    let access: RowAccess
    let operation: ValidatedOperation
    let shapes: VariableShapes
    let variables: VariableValues
    var drafts: [any DraftLoad] = []
    /// Bytes of `__schema` and `__type` so far.
    private var introspected = 0
    /// Bytes of argument values in the plan so far.
    private var valueBytes = 0
    /// Steps so far, of about equal duration: values in arguments, and several for each load.
    private var steps = 0
    private let allowance: Int
    private let nulls: ForbiddenNulls
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

    mutating func root() throws(ClientError) -> ObjectOutput {
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

    private mutating func rootValue(_ field: CollectedField) throws(ClientError) -> OutputValue {
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
            let key = try getters.map { getter throws(ClientError) in
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
    ) throws(ClientError) -> ParameterSource {
        guard let value, let operand = PlanOperand(value) else {
            throw ClientError(
                .badInput, "\"\(field.name)\" needs its argument \"\(argument)\".", range: field.first.range)
        }
        do {
            return try operand.source(ValueForm(column.type))
        } catch {
            let range = field.first.range(ofArgument: argument)
            throw ClientError(
                .badInput, "Argument \"\(argument)\": \(error.message)", range: range, field: field.responseKey)
        }
    }

    private mutating func introspection(_ field: CollectedField) throws(ClientError) -> OutputValue {
        if let null = nulls.first(within: field) { return .failed(FieldFailure(null)) }
        let buffer = ResponseBuffer(), limit = access.rules.limits[.introspectionBytes]
        do {
            try Introspection.write(
                field.nodes, of: operation, variables: variables, into: buffer,
                limits: IntrospectionLimits(bytes: limit - introspected))
        } catch {
            throw ClientError(
                limit: .introspectionBytes, IntrospectionFailure(limit: limit).message, range: field.first.range,
                field: field.responseKey)
        }
        introspected += buffer.count
        return .fixed(buffer.takeBytes())
    }

    // MARK: Objects and lists

    mutating func object(
        _ field: CollectedField, _ binding: TypeBinding, link: LoadDraft.LinkDraft, path: String
    ) throws(ClientError) -> OutputValue {
        let draft = LoadDraft(
            index: drafts.count, binding: binding, path: path, range: field.first.range, link: link, isList: false)
        try add(draft)
        return .object(load: draft.index, try selections(field, draft))
    }

    private mutating func list(
        _ field: CollectedField, _ binding: TypeBinding, _ definition: FieldType, link: LoadDraft.LinkDraft,
        _ arguments: ListArguments, path: String
    ) throws(ClientError) -> OutputValue {
        let draft = LoadDraft(
            index: drafts.count, binding: binding, path: path, range: field.first.range, link: link, isList: true,
            arguments: arguments)
        try add(draft)
        let itemsNonNull = if case .list(let inner) = definition.type.nullable { inner.isNonNull } else { false }
        return .list(load: draft.index, try selections(field, draft), itemsNonNull: itemsNonNull)
    }

    mutating func add(_ draft: any DraftLoad) throws(ClientError) {
        let limit = access.rules.limits[.loads]
        guard drafts.count < limit else {
            throw ClientError(
                limit: .loads,
                "The operation needs more than the \(limit) loads that are allowed: one for each relation that is asked for.",
                range: draft.range, field: draft.path)
        }
        try spend(Self.stepsOfLoad)
        drafts.append(draft)
    }

    mutating func selections(_ field: CollectedField, _ draft: LoadDraft) throws(ClientError) -> ObjectOutput {
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
    ) throws(ClientError) -> OutputValue {
        switch draft.binding.fields[field.name] {
        case .column(let column)?, .computed(let column)?:
            .cell(column: draft.cell(column), CellForm.of(column.type, as: definition.type))
        case .relation(let relation)?: try self.relation(field, definition, relation, of: draft)
        case nil: try unbound(field, of: draft)
        }
    }

    /// A field without a binding.
    private mutating func unbound(_ field: CollectedField, of draft: LoadDraft) throws(ClientError) -> OutputValue {
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
    ) throws(ClientError) -> OutputValue {
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

    /// If the parent is one row found by the same column, both loads start at once.
    func link(
        _ relation: RelationBinding, of parent: LoadDraft, _ field: CollectedField
    ) throws(ClientError) -> LoadDraft.LinkDraft {
        if case .value(let values, _) = parent.link, !parent.isList, relation.tiesByBytes {
            let known = relation.pairs.compactMap { pair in
                values.first {
                    $0.column.column == pair.local.column && $0.column.type == pair.remote.type
                        && $0.column.equalsByBytes
                }.map { LoadDraft.KnownValue(column: pair.remote, source: $0.source) }
            }
            if known.count == relation.pairs.count { return .value(known, parent: parent.index) }
        }
        let keys = try relation.locals.map { local throws(ClientError) in
            guard let type = KeyType(local.type) else { throw field.notBound() }
            return LinkKey(cell: parent.cell(local), type: type)
        }
        return .batch(relation, parent: parent, keys)
    }

    // MARK: Nulls

    /// The failure of a field with a forbidden null among its arguments; `nil` for any other field.
    func failedValue(_ field: CollectedField) -> OutputValue? {
        nulls.first(inArgumentsOf: field.first).map { .failed(FieldFailure($0)) }
    }

    /// The failure of an object whose fields cannot be determined; `nil` for any other.
    func failedObject(_ sets: [SelectionSet], on type: ObjectType) -> ObjectOutput? {
        guard let null = nulls.first(inConditionsOf: sets, on: type) else { return nil }
        let failure = FieldFailure(null, isOfObject: true)
        let field = OutputField(
            responseKey: "", prefix: Array("{".utf8), value: .failed(failure), isNonNull: true,
            range: failure.error.range ?? .none)
        return ObjectOutput(type: type.name, fields: [field])
    }

    // MARK: Arguments

    mutating func arguments(_ field: CollectedField, _ definition: FieldType) throws(ClientError) -> ShapedArguments {
        if definition.arguments.isEmpty { return .none }
        var shaped = ShapedArguments()
        do {
            for (name, value) in try symbolicArguments(of: field.first, definition: definition, in: operation) {
                if let value = shapes.shape(value, variables) { shaped.add(name, value) }
            }
        } catch {
            throw ClientError(
                .badInput, error.items.first?.message ?? "An argument has a wrong value.", range: field.first.range,
                field: field.responseKey)
        }
        for item in shaped.items { try count(item.value, field) }
        return shaped
    }

    /// A fragment's values count at every place where it is spread.
    private mutating func count(_ value: ShapedValue, _ field: CollectedField) throws(ClientError) {
        try spend(value.nodeCount)
        valueBytes += value.constantBytes
        let limit = access.rules.limits[.valueBytes]
        guard valueBytes <= limit else {
            throw ClientError(
                limit: .valueBytes,
                "The operation's values take more than the \(limit) bytes that are allowed, counted wherever they are used.",
                range: field.first.range, field: field.responseKey)
        }
    }

    private static let stepsOfLoad = 10

    private mutating func spend(_ count: Int) throws(ClientError) {
        steps += count
        guard steps <= allowance else {
            throw ClientError(.unfinished, "planning takes more than the \(allowance) steps that were allowed for it")
        }
    }

    func listArguments(
        _ field: CollectedField, _ arguments: ShapedArguments, _ binding: TypeBinding, path: String
    ) throws(ClientError) -> ListArguments {
        do {
            return try ListArguments(arguments, on: binding, rules: access.rules, catalog: access.catalog)
        } catch {
            throw error.located(in: field, path)
        }
    }

    /// The fields are counted, and checked with the next load: a short document can spread
    /// fragments with thousands of fields.
    mutating func collect(_ sets: [SelectionSet], on type: ObjectType) -> [CollectedField] {
        let fields = collectFields(sets, on: type, in: operation, variables: variables)
        steps += fields.reduce(0) { $0 + $1.nodes.count } / Self.fieldsOfStep
        return fields
    }

    /// Fields of the document that are collected in the time of a step.
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
        var range = field.first.range
        if case .failed(let failure) = value, let own = failure.error.range { range = own }
        items.append(
            OutputField(
                responseKey: field.responseKey, prefix: prefix, value: value, isNonNull: isNonNull, range: range))
    }
}

extension FieldFailure {
    fileprivate init(_ error: InputError, isOfObject: Bool = false) {
        self.init(error: ClientError(.badInput, error.message, range: error.ranges.first), isOfObject: isOfObject)
    }
}

extension OutputValue {
    static func typename(_ name: String) -> OutputValue { .fixed(Array("\"\(name)\"".utf8)) }
}

extension CollectedField {
    var first: Field { nodes[0] }
}
