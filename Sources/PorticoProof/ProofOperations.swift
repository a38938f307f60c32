import GraphQLSchema
import JSONBytes
import PorticoCatalog
import PorticoPlanning

/// Operations that use everything in a schema that affects statements, in each possible place.
///
/// Generated from the viewer's own schema, so that exactly what it shows is covered: each field of
/// the query root, each relation of each type behind parents of both kinds (one known by its key,
/// and any number), each list with and without arguments, each connection in both directions with
/// cursors on both sides, each aggregate with groups, and in filters each relation with each
/// quantifier by itself, under `or`, under `not`, and behind each relation that leads there.
struct ProofOperations {
    /// One field with its context, so that several can share an operation.
    struct Piece {
        /// The fields around it, such as `{ tickets { `.
        var opening: String
        var field: String
        var closing: String
        /// Whether it needs an operation of its own.
        var standsAlone = false
    }

    let schema: Schema
    let catalog: Catalog
    /// The large filters prove the viewers' own content. The small ones are for rules that are
    /// large themselves: they omit forms of a load with the same conditions.
    let filters: ProofFilters

    init(schema: Schema, catalog: Catalog, isSmall: Bool = false) {
        self.schema = schema
        self.catalog = catalog
        filters = ProofFilters(schema: schema, catalog: catalog, isSmall: isSmall)
    }

    /// Fields with the same parents are adjacent.
    func pieces() -> [Piece] {
        var pieces = rootPieces()
        for (type, path) in ways() {
            guard case .object(let object)? = schema.type(type), let binding = catalog.types[type] else { continue }
            let fields = relationFields(object, binding)
            pieces.append(Piece(opening: path.opening, field: columns(object), closing: path.closing))
            pieces += fields.map { Piece(opening: path.opening, field: $0.text, closing: path.closing) }
            if let getter = getter(of: type) {
                // Rows load without waiting only if the parent's key is the relation's column.
                let known = fields.filter { binding.relation($0.relation)?.locals.map(\.column) == getter.columns }
                pieces += known.map { Piece(opening: "{ \(getter.field) { ", field: $0.text, closing: " } }") }
            }
        }
        return pieces
    }

    // MARK: Root

    private func rootPieces() -> [Piece] {
        schema.queryType.fields.flatMap { field -> [Piece] in
            func piece(_ text: String, alone: Bool = false) -> Piece {
                Piece(opening: "{ ", field: text, closing: " }", standsAlone: alone)
            }
            if catalog.derivedFields[schema.queryType.name]?[field.name] != nil { return [] }
            switch catalog.root[field.name] {
            case .constant?: return [piece(field.name)]
            case .viewer?: return [piece("\(field.name) { __typename }")]
            case .getter(_, let arguments)?:
                return [piece("\(field.name)\(getterArguments(field, arguments)) { __typename }")]
            case .list(let type)?: return listFields(field.name, of: type, on: schema.queryType).map { piece($0) }
            case .node?:
                return catalog.nodeKeys.keys.sorted().filter { schema.isPossible($0, for: Catalog.nodeInterface) }.map {
                    piece("\(field.name)(\(catalog.nodeField): \"\(nodeID($0))\") { __typename }", alone: true)
                }
            case nil: return []
            }
        }
    }

    private func getterArguments(_ field: FieldType, _ arguments: [GetterArgument]) -> String {
        let given = zip(field.arguments, arguments).map { argument, getter in
            "\(argument.name): \(filters.sample(getter.column.type, argument.type.name))"
        }
        return "(\(given.joined(separator: ", ")))"
    }

    private func nodeID(_ type: String) -> String {
        let buffer = ResponseBuffer()
        let columns = catalog.nodeKeys[type]?.columns ?? []
        buffer.appendBase64URL(NodeID.bytes(type: type, key: columns.map { _ in Array("x".utf8) }))
        return String(decoding: buffer.takeBytes(), as: UTF8.self)
    }

    private func getter(of type: String) -> (field: String, columns: [String])? {
        for field in schema.queryType.fields {
            if case .getter(type, let arguments)? = catalog.root[field.name] {
                return (field.name + getterArguments(field, arguments), arguments.map(\.column.column))
            }
        }
        for field in schema.queryType.fields {
            if case .viewer(type)? = catalog.root[field.name], let key = catalog.types[type]?.key {
                return (field.name, key.columns.map(\.column))
            }
        }
        return nil
    }

    // MARK: Ways to a type

    /// The shortest path to rows of each reachable type.
    private func ways() -> [(type: String, way: (opening: String, closing: String))] {
        var found: [(String, (opening: String, closing: String))] = []
        var seen: Set<String> = []
        func add(_ type: String, _ opening: String, _ closing: String) {
            if schema.type(type) != nil, catalog.types[type] != nil, seen.insert(type).inserted {
                found.append((type, (opening, closing)))
            }
        }
        for field in schema.queryType.fields {
            if case .list(let type)? = catalog.root[field.name] { add(type, "{ \(field.name) { ", " } }") }
        }
        for field in schema.queryType.fields {
            if let type = rootType(field.name), case .getter(_, let arguments)? = catalog.root[field.name] {
                add(type, "{ \(field.name)\(getterArguments(field, arguments)) { ", " } }")
            }
            if let type = rootType(field.name), case .viewer? = catalog.root[field.name] {
                add(type, "{ \(field.name) { ", " } }")
            }
        }
        var next = 0
        while next < found.count {
            let (type, way) = found[next]
            next += 1
            guard let binding = catalog.types[type], let fields = schema.type(type)?.fields else { continue }
            for field in fields {
                if let relation = binding.relation(field.name) {
                    add(relation.target, "\(way.opening)\(field.name) { ", " }\(way.closing)")
                }
            }
        }
        return found
    }

    private func rootType(_ field: String) -> String? {
        switch catalog.root[field] {
        case .getter(let type, _)?, .viewer(let type)?, .list(let type)?: type
        case .constant?, .node?, nil: nil
        }
    }

    // MARK: Fields of a type

    private func columns(_ object: ObjectType) -> String {
        let names = object.fields.filter {
            schema.type($0.type.name)?.isComposite == false && catalog.derivedFields[object.name]?[$0.name] == nil
        }.map(\.name)
        return (["__typename"] + names).joined(separator: " ")
    }

    private func relationFields(_ object: ObjectType, _ binding: TypeBinding) -> [(relation: String, text: String)] {
        object.fields.flatMap { field -> [(String, String)] in
            guard let relation = binding.relation(field.name) else { return [] }
            switch relation.cardinality {
            case .one: return [(field.name, "\(field.name) { __typename }")]
            case .many: return listFields(field.name, of: relation.target, on: object).map { (field.name, $0) }
            }
        }
    }

    /// A list in every form: bare, with arguments, connections both ways, and aggregates.
    private func listFields(_ name: String, of type: String, on owner: ObjectType) -> [String] {
        let isRoot = owner.name == schema.queryType.name
        let order = orderBy(type), small = "where: \(filters.small(type))"
        var fields = ["b_\(name): \(name) { __typename }"]
        if !filters.isSmall || isRoot {
            fields.append(
                "l_\(name): \(name)(where: \(isRoot ? filters.large(type) : filters.small(type))\(order), first: 2, offset: 1) { __typename }"
            )
        }
        if let pinned = filters.pinned(type), !filters.isSmall {
            fields.append("p_\(name): \(name)(where: \(pinned)) { __typename }")
        }
        for field in owner.fields {
            switch catalog.derivedFields[owner.name]?[field.name] {
            case .connection(of: name)?:
                if filters.isSmall { continue }
                let page =
                    "{ edges { cursor node { __typename } } nodes { __typename } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }"
                // A filter of a page is the same as that of a list, wherever it occurs.
                fields.append(
                    "f_\(field.name): \(field.name)(\(isRoot ? small + ", " : "")first: 2, after: \"x\", before: \"x\"\(order)) \(page)"
                )
                fields.append("r_\(field.name): \(field.name)(last: 2, after: \"x\", before: \"x\") \(page)")
            case .aggregate(of: name)?:
                fields.append(
                    filters.isSmall
                        ? "a_\(field.name): \(field.name) { count }"
                        : "a_\(field.name): \(field.name)(\(small)) { \(aggregate(field.type.name)) }")
            case .connection?, .aggregate?, nil: continue
            }
        }
        return fields
    }

    /// By every field that can be ordered by.
    private func orderBy(_ type: String) -> String {
        guard case .inputObject(let order)? = schema.type("\(type)Order"),
            catalog.derived["\(type)Order"] == .order(of: type), !order.fields.isEmpty
        else { return "" }
        let keys = order.fields.enumerated().map { "{\($1.name): \($0 % 2 == 0 ? "DESC" : "ASC_NULLS_FIRST")}" }
        return ", orderBy: [\(keys.joined(separator: ", "))]"
    }

    /// Every value of an aggregate, and its groups by every field.
    private func aggregate(_ type: String) -> String {
        guard let fields = schema.type(type)?.fields else { return "__typename" }
        let texts = fields.map { field -> String in
            guard field.name == "groupBy" else { return values(field) }
            guard let keys = field.arguments["keys"].flatMap({ groupKeys($0.type.name) }) else { return "__typename" }
            return
                "groupBy(keys: [\(keys)]) { \((schema.type(field.type.name)?.fields?.map { values($0) } ?? ["__typename"]).joined(separator: " ")) }"
        }
        return texts.joined(separator: " ")
    }

    private func values(_ field: FieldType) -> String {
        guard let parts = schema.type(field.type.name)?.fields else { return field.name }
        return "\(field.name) { \(parts.names.joined(separator: " ")) }"
    }

    private func groupKeys(_ input: String) -> String? {
        guard case .groupKey(let type)? = catalog.derived[input], case .inputObject(let key)? = schema.type(input),
            let name = key.fields["field"]?.type.name, case .enum(let values)? = schema.type(name)
        else { return nil }
        return values.values.names.map { value in
            let isDate = catalog.types[type]?.groupColumn(value)?.type.hasDateParts == true
            return isDate ? "{field: \(value), per: MONTH}" : "{field: \(value)}"
        }.joined(separator: ", ")
    }
}
