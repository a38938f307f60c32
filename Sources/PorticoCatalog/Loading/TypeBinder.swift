import Diagnostics
import ExactText
import GraphQLSchema

/// Binds one object type: first the columns, for all types, then the relations, isolation and
/// order, which name columns of other types.
struct TypeBinder {
    let object: ObjectType
    let file: ResolverFile
    /// The columns that are fields.
    private(set) var columns: [String: ColumnBinding] = [:]
    /// The columns that no field shows.
    private(set) var hidden: [String: ColumnBinding] = [:]
    private(set) var key: Key?
    private(set) var relations: [String: RelationBinding] = [:]
    /// Fields whose problems were already reported.
    private var broken: Set<String> = []

    init(object: ObjectType, file: ResolverFile, columns binder: inout ColumnBinder) {
        self.object = object
        self.file = file
        let name = file.source.name
        for field in object.fields where !binder.schema.isObject(field.type.name) {
            columns[field.name] = binder.column(field, of: object.name, stated: file.fields[field.name], file: name)
            if columns[field.name] == nil { broken.insert(field.name) }
        }
        for (field, stated) in file.fields.sorted(by: { $0.value.range.start < $1.value.range.start })
        where columns[field] == nil && !broken.contains(field) {
            let isRelation = object.fields[field] != nil
            let suggested =
                didYouMean(suggestion(for: field.text, among: object.fields.names))
                ?? "What no field shows stands under `columns`."
            let hint = isRelation ? "It leads to a type: see `relations`." : suggested
            binder.problems.report(
                "\(object.name) has no field `\(field)` that is a column.", file: name, range: stated.range, hint: hint)
        }
        for (column, stated) in file.columns.sorted(by: { $0.value.range.start < $1.value.range.start }) {
            if object.fields[column] != nil {
                binder.problems.report(
                    "`\(column)` is a field of \(object.name): state it under `fields`.", file: name,
                    range: stated.range)
            } else if let binding = binder.hidden(column.text, stated: stated, file: name) {
                hidden[column.text] = binding
            } else {
                broken.insert(column.text)
            }
        }
        bindKey(&binder.problems)
    }

    /// A column by the name of its field, or of its entry under `columns`.
    func column(_ name: String) -> ColumnBinding? { columns[ExactString(name)] ?? hidden[ExactString(name)] }

    private var columnNames: [String] { Array(columns.keys) + Array(hidden.keys) }

    /// A column named in a file; reports it if it does not exist.
    private func column(
        _ name: String, named range: SourceRange, in file: SourceText, _ problems: inout [Diagnostic]
    ) -> ColumnBinding? {
        if let column = column(name) { return column }
        if !broken.contains(name) {
            let what =
                object.fields[name] == nil
                ? "\(object.name) has no column `\(name)`." : "`\(name)` of \(object.name) is a relation, not a column."
            problems.report(
                what, file: file.name, range: range, hint: didYouMean(suggestion(for: name, among: columnNames)))
        }
        return nil
    }

    private mutating func bindKey(_ problems: inout [Diagnostic]) {
        let range = file.key?.range ?? SourceRange(0, 0)
        if file.key == nil, object.fields["id"] == nil, hidden["id"] == nil {
            problems.report("\(object.name) has no field `id`: state its `key`.", file: file.source.name, range: range)
            return
        }
        let names = file.key?.value ?? [Stated(value: "id", range: range)]
        guard let columns = columns(names, in: file.source, &problems), let first = columns.first else { return }
        for (column, name) in zip(columns, names) where !column.type.isKey {
            problems.report(
                "A column of type \(column.type.displayName) cannot be a key.", file: file.source.name,
                range: name.range)
            return
        }
        key = Key(first, Array(columns.dropFirst()))
    }

    /// The columns named in a file; reports the first that does not exist.
    private func columns(
        _ names: [Stated<String>], in file: SourceText, _ problems: inout [Diagnostic]
    ) -> [ColumnBinding]? {
        var columns: [ColumnBinding] = []
        for name in names {
            guard let column = column(name.value, named: name.range, in: file, &problems) else { return nil }
            columns.append(column)
        }
        return columns
    }

    // MARK: Relations

    mutating func bindRelations(
        _ all: [String: TypeBinder], schema: Schema, schemaFile: String, _ problems: inout [Diagnostic]
    ) {
        for field in object.fields where schema.isObject(field.type.name) {
            guard checkForm(field, schema: schema, schemaFile: schemaFile, &problems), let target = all[field.type.name]
            else { continue }
            if let relation = relation(field, target, schemaFile: schemaFile, &problems) {
                relations[field.name] = relation
            }
        }
        for (name, stated) in file.relations.sorted(by: { $0.value.range.start < $1.value.range.start }) {
            if let field = object.fields[name], schema.isObject(field.type.name) { continue }
            let candidates = object.fields.filter { schema.isObject($0.type.name) }.map(\.name)
            let message =
                object.fields[name] == nil
                ? "\(object.name) has no field `\(name)`."
                : "The field `\(name)` of \(object.name) is a column, not a relation."
            problems.report(
                message, file: file.source.name, range: stated.range,
                hint: didYouMean(suggestion(for: name.text, among: candidates)))
        }
    }

    /// Whether the field has the form of a relation: `T`, or `[T!]!` with `@list`.
    private func checkForm(
        _ field: FieldType, schema: Schema, schemaFile: String, _ problems: inout [Diagnostic]
    ) -> Bool {
        let target = field.type.name
        func report(_ message: String, hint: String? = nil) {
            problems.append(Diagnostic(message, file: schemaFile, range: field.range, hint: hint))
        }
        if let hint = schema.hintForTableless(target) {
            report(
                "The field `\(field.name)` of \(object.name) leads to \(target), which is no object type.", hint: hint)
            return false
        }
        if target == schema.queryType.name {
            report("The field `\(field.name)` of \(object.name) leads back to the query root.")
            return false
        }
        if case .list = field.type.nullable {
            guard field.isDerivedList, field.type.description == "[\(target)!]!" else {
                report("A list of \(target) is written `\(field.name): [\(target)!]! @list`.")
                return false
            }
        } else if field.isDerivedList {
            report("`@list` stands on a list: `\(field.name): [\(target)!]! @list`.")
            return false
        }
        if !field.arguments.isEmpty {
            report("The arguments of the relation `\(field.name)` are derived: it is written without them.")
        }
        return true
    }

    private func relation(
        _ field: FieldType, _ target: TypeBinder, schemaFile: String, _ problems: inout [Diagnostic]
    ) -> RelationBinding? {
        let isList = if case .list = field.type.nullable { true } else { false }
        let stated = file.relations[field.name]
        let ends: (locals: [ColumnBinding], remotes: [ColumnBinding])?
        if let by = stated?.by {
            if isList {
                let message =
                    "`by` leads to one row, and `\(field.name)` is a list: name a field of \(target.object.name) with `via`."
                problems.append(Diagnostic(message, file: file.source.name, range: by.range))
                return nil
            }
            guard names(by, match: target, &problems) else { return nil }
            ends = columns(by.value, in: file.source, &problems).flatMap { locals in
                target.key.map { (locals, $0.columns) }
            }
        } else if let via = stated?.via {
            guard names(via, match: self, &problems) else { return nil }
            ends = target.columns(via.value, in: file.source, &problems).flatMap { remotes in
                key.map { ($0.columns, remotes) }
            }
        } else if !isList, target.key?.rest.isEmpty != false, let local = column(field.name + "Id") {
            ends = target.key.map { ([local], $0.columns) }
        } else if key?.rest.isEmpty != false, let remote = target.column(keyFieldName(of: object.name)) {
            ends = key.map { ($0.columns, [remote]) }
        } else {
            let one =
                "Write `\(field.name): { by: … }` with a field of \(object.name), or `via:` with one of \(target.object.name)."
            let hint = isList ? "Write `\(field.name): { via: … }` with a field of \(target.object.name)." : one
            let message = "Nothing says how `\(field.name)` of \(object.name) leads to \(target.object.name)."
            problems.report(
                message, file: schemaFile, range: field.range,
                hint: "\(hint) It stands under `relations` in \(file.source.name).")
            return nil
        }
        guard let (locals, remotes) = ends else { return nil }
        let pairs = zip(locals, remotes).map { ColumnPair($0, $1) }
        if let unlike = pairs.first(where: { !$0.local.type.joins($0.remote.type) }) {
            let (local, remote) = (unlike.local, unlike.remote)
            let ends =
                "`\(local.field)` (\(local.type.displayName)) with `\(remote.field)` of \(target.object.name) (\(remote.type.displayName))"
            let message = "`\(field.name)` of \(object.name) compares \(ends), which cannot tie rows together."
            let hint =
                "Name columns of one type by `by` or `via`, or state under `fields` the `type` that a column really has."
            problems.report(
                message, file: stated == nil ? schemaFile : file.source.name, range: stated?.range ?? field.range,
                hint: hint)
            return nil
        }
        return RelationBinding(
            field: field.name, source: object.name, target: target.object.name, cardinality: isList ? .many : .one,
            pairs: pairs)
    }

    /// Whether as many columns are named as the key that they are compared with has.
    private func names(
        _ stated: Stated<[Stated<String>]>, match keyed: TypeBinder, _ problems: inout [Diagnostic]
    ) -> Bool {
        guard let key = keyed.key, stated.value.count != key.columns.count else { return true }
        let names = key.columns.map(\.field).joined(separator: ", ")
        let expected = key.rest.isEmpty ? "the key `\(names)`" : "the key [\(names)], in that order"
        problems.report(
            "The columns are compared with \(expected) of \(keyed.object.name), and here are \(stated.value.count).",
            file: file.source.name, range: stated.range)
        return false
    }

    // MARK: Isolation, order, and the whole

    func binding(_ all: [String: TypeBinder], _ problems: inout [Diagnostic]) -> TypeBinding? {
        let isolation = isolation(all, &problems)
        let order = order(&problems)
        guard let key, let table = file.table else { return nil }
        var fields = columns.mapValues { FieldBinding.column($0) }
        for (name, relation) in relations { fields[name] = .relation(relation) }
        let ordered =
            order
            + key.columns.filter { column in !order.contains { $0.column == column } }.map {
                OrderKey(column: $0, direction: .ascending)
            }
        return TypeBinding(
            name: object.name, table: table, key: key, fields: fields, isolation: isolation,
            isolationPlace: file.isolation.map { file.source.position(at: Int($0.range.start)) },
            isolationTrust: file.isolationTrust, defaultOrder: ordered, file: file.source.name)
    }

    private func isolation(_ all: [String: TypeBinder], _ problems: inout [Diagnostic]) -> Isolation {
        guard let stated = file.isolation else { return .unstated }
        if stated.value == "none" { return .none }
        let steps = stated.value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        var binder = self
        var path: [RelationBinding] = []
        for step in steps.dropLast() {
            guard let relation = binder.relations[ExactString(step)], relation.cardinality == .one,
                let next = all[relation.target]
            else {
                let known = binder.relations.values.filter { $0.cardinality == .one }.map(\.field)
                let message =
                    "Isolation leads through to-one relations, and \(binder.object.name) has none named `\(step)`."
                problems.report(
                    message, file: file.source.name, range: stated.range,
                    hint: didYouMean(suggestion(for: step, among: known)))
                return .unstated
            }
            path.append(relation)
            binder = next
        }
        guard let last = steps.last, let column = binder.column(last, named: stated.range, in: file.source, &problems)
        else { return .unstated }
        guard column.type.isKey else {
            problems.report(
                "A column of type \(column.type.displayName) cannot name a tenant.", file: file.source.name,
                range: stated.range)
            return .unstated
        }
        return path.isEmpty ? .column(column) : .path(path, column)
    }

    private func order(_ problems: inout [Diagnostic]) -> [OrderKey] {
        var seen: Set<String> = []
        return file.order.compactMap { item in
            guard let column = column(item.field, named: item.range, in: file.source, &problems) else { return nil }
            guard column.type.isOrderable else {
                problems.report(
                    "Rows cannot be ordered by a column of type \(column.type.displayName).", file: file.source.name,
                    range: item.range)
                return nil
            }
            guard seen.insert(item.field).inserted else {
                problems.report("`\(item.field)` stands twice in `order`.", file: file.source.name, range: item.range)
                return nil
            }
            return OrderKey(column: column, direction: item.direction)
        }
    }
}

extension Schema {
    /// A hint for an interface or union, neither of which has a table; `nil` for any other type.
    func hintForTableless(_ name: String) -> String? {
        guard let type = types[name], type.isComposite else { return nil }
        if case .object = type { return nil }
        let objects = typeOrder.filter { possibleTypes[name]?.contains($0) == true }
        let each = objects.isEmpty ? "" : ": write a field for each of \(objects.joined(separator: ", "))"
        return "Only object types have a table\(each)."
    }

    /// Whether it is an object, interface or union; the latter two are refused where used.
    func isObject(_ name: String) -> Bool { types[name]?.isComposite == true }
}
