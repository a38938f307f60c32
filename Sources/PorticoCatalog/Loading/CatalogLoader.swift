import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// Reads `schema.graphql` and the files of `resolvers/` into a ``Catalog``.
public enum CatalogLoader {
    /// The complete catalog, including the derived schema.
    ///
    /// Throws all problems in the order of files and places: the form of any file, the schema
    /// itself, and names used in the resolver files. With an invalid schema, names are not checked.
    public static func load(
        schemaFile: SourceText, resolvers: [SourceText], scalars: [String: ScalarCoercion] = PorticoScalars.all
    ) throws(Diagnostics) -> Catalog {
        try read(schemaFile: schemaFile, resolvers: resolvers, scalars: scalars).whole.get()
    }

    /// The result of reading the files.
    public struct Reading {
        /// The catalog, or every problem, as in ``load(schemaFile:resolvers:scalars:)``.
        public var whole: Result<Catalog, Diagnostics>
        /// If the schema is valid but names have problems: the valid part, with nothing derived.
        /// Only for finding further problems, never to be served.
        public var sound: Catalog?
        /// Object types missing or incomplete in ``sound``: their problems may be secondary.
        public var unsound: Set<String> = []
    }

    public static func read(
        schemaFile: SourceText, resolvers: [SourceText], scalars: [String: ScalarCoercion] = PorticoScalars.all
    ) -> Reading {
        var loading = Loading(schemaFile: schemaFile, scalars: scalars)
        loading.readFiles(resolvers)
        guard let (document, schema) = loading.readSchema() else { return Reading(whole: .failure(loading.sorted())) }
        let types = loading.bindTypes(schema)
        let root = loading.bindRoot(schema, types)
        do throws(Diagnostics) {
            return Reading(whole: .success(try whole(&loading, document, schema, types, root)))
        } catch {
            return Reading(
                whole: .failure(error), sound: Catalog(schema: schema, types: types, root: root),
                unsound: loading.unsound(document, types))
        }
    }

    private static func whole(
        _ loading: inout Loading, _ document: Document, _ schema: Schema, _ types: [String: TypeBinding],
        _ root: [String: RootBinding]
    ) throws(Diagnostics) -> Catalog {
        var root = root
        let schemaFile = loading.schemaFile, scalars = loading.scalars
        guard loading.problems.isEmpty else { throw loading.sorted() }
        let derivation = Derivation(
            document: document, schema: schema, bindings: types, file: schemaFile.name, nodeField: loading.nodeField)
        loading.problems += derivation.problems
        guard loading.problems.isEmpty else { throw loading.sorted() }
        let whole = try SchemaBuilder.build(document: derivation.document, source: schemaFile, scalars: scalars)
        if !derivation.nodeKeys.isEmpty { root[NodeTypes.root] = .node }
        return Catalog(
            schema: whole, types: types, root: root, derived: derivation.types, derivedFields: derivation.fields,
            nodeKeys: derivation.nodeKeys, nodeField: loading.nodeField, accessTypes: derivation.accessTypes)
    }
}

private struct Loading {
    let schemaFile: SourceText
    let scalars: [String: ScalarCoercion]
    var problems: [Diagnostic] = []
    /// The name of the field that holds global ids.
    private(set) var nodeField = NodeTypes.fields[0]
    private var typeSources: [String: SourceText] = [:]

    init(schemaFile: SourceText, scalars: [String: ScalarCoercion]) {
        (self.schemaFile, self.scalars) = (schemaFile, scalars)
    }

    /// By file, then by place.
    func sorted() -> Diagnostics {
        Diagnostics(
            problems.sorted { a, b in
                if a.file != b.file {
                    return a.file == schemaFile.name || (b.file != schemaFile.name && a.file < b.file)
                }
                return (a.range?.start ?? 0) < (b.range?.start ?? 0)
            })
    }

    /// The object types without a binding, or with a problem in their file or in the schema.
    func unsound(_ document: Document, _ types: [String: TypeBinding]) -> Set<String> {
        var found: Set<String> = []
        for case .typeSystem(.type(let type)) in document.definitions {
            guard case .object = type.kind else { continue }
            let name = type.name.value
            let hasProblem = problems.contains { problem in
                if problem.file == typeSources[name]?.name { return true }
                guard problem.file == schemaFile.name, let range = problem.range else { return false }
                return type.range.start <= range.start && range.end <= type.range.end
            }
            if hasProblem || types[name] == nil { found.insert(name) }
        }
        return found
    }

    mutating func readFiles(_ resolvers: [SourceText]) {
        for source in resolvers {
            if let other = typeSources[source.stem] {
                problems.report(
                    "\(source.stem) is described in \(other.name) already.", file: source.name, range: SourceRange(0, 0)
                )
            } else {
                typeSources[source.stem] = source
            }
        }
    }

    /// The document and its schema, with nothing derived.
    mutating func readSchema() -> (Document, Schema)? {
        let document: Document
        do throws(SyntaxError) {
            document = try parse(schemaFile, limits: .schema, allow: .typeSystem)
        } catch {
            problems.append(error.diagnostic(file: schemaFile.name))
            checkFormOfAll(query: "Query")
            return nil
        }
        do throws(Diagnostics) {
            return (
                document,
                try SchemaBuilder.build(
                    document: ListDirective.declared(in: document), source: schemaFile, scalars: scalars)
            )
        } catch {
            problems += error.items
            checkFormOfAll(query: "Query")
            return nil
        }
    }

    /// Without a schema, the files are still checked for problems of their own.
    private mutating func checkFormOfAll(query: String) {
        for (name, source) in typeSources {
            if name == query {
                _ = QueryFile(source, problems: &problems)
            } else {
                _ = ResolverFile(source, problems: &problems)
            }
        }
    }

    mutating func bindTypes(_ schema: Schema) -> [String: TypeBinding] {
        let ownTypes = schema.typeOrder.filter { !$0.hasPrefix("__") }
        let roots = [schema.queryType, schema.mutationType, schema.subscriptionType].compactMap(\.?.name)
        let objects = ownTypes.compactMap { name -> ObjectType? in
            if case .object(let object)? = schema.type(name), !roots.contains(name) { object } else { nil }
        }
        checkRoots(schema)
        for name in typeSources.keys.sorted()
        where name != schema.queryType.name && !objects.contains(where: { $0.name == name }) {
            let hint = didYouMean(suggestion(for: name, among: objects.map(\.name)))
            problems.report(
                "\(schemaFile.name) has no object type \(name).", file: typeSources[name]?.name ?? name,
                range: SourceRange(0, 0), hint: hint)
        }
        var columns = ColumnBinder(schema: schema, schemaFile: schemaFile.name)
        var binders: [String: TypeBinder] = [:]
        for object in objects {
            guard let source = typeSources[object.name] else {
                let place = object.fields.elements.first?.range ?? SourceRange(0, 0)
                problems.report(
                    "Nothing says which table holds \(object.name).", file: schemaFile.name, range: place,
                    hint: "Write resolvers/\(object.name).yaml.")
                continue
            }
            binders[object.name] = TypeBinder(
                object: object, file: ResolverFile(source, problems: &problems), columns: &columns)
        }
        problems += columns.problems
        let all = binders
        for name in all.keys {
            binders[name]?.bindRelations(all, schema: schema, schemaFile: schemaFile.name, &problems)
        }
        let bound = binders
        return bound.compactMapValues { $0.binding(bound, &problems) }
    }

    private mutating func checkRoots(_ schema: Schema) {
        for root in [schema.mutationType, schema.subscriptionType].compactMap(\.self) {
            let place = root.fields.elements.first?.range ?? SourceRange(0, 0)
            problems.report(
                "Only a query root is supported; \(root.name) cannot be served.", file: schemaFile.name, range: place)
        }
    }

    mutating func bindRoot(_ schema: Schema, _ types: [String: TypeBinding]) -> [String: RootBinding] {
        let file = typeSources[schema.queryType.name].map { QueryFile($0, problems: &problems) }
        if let file { nodeField = file.globalID }
        let binder = RootBinder(schema: schema, schemaFile: schemaFile.name, file: file, types: types)
        problems += binder.problems
        return binder.root
    }
}
