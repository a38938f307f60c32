import GraphQLSchema
import JSONBytes
import TestRandom

/// Random operations that validate against a viewer's schema: nested relations, filters through
/// relations, orders. Foreign keys are left out, because they are their own row's data and show
/// even where the row behind is hidden.
struct RandomQueries {
    private var generator: SeededGenerator
    private let schema: Schema

    init(seed: UInt64, schema: Schema) {
        generator = SeededGenerator(seed: seed)
        self.schema = schema
    }

    mutating func next() -> String {
        let roots = schema.queryType.fields.filter { schema.type($0.type.name)?.isComposite == true }
        let field = roots[Int.random(in: 0..<roots.count, using: &generator)]
        return "{ \(selection(field, depth: 4)) }"
    }

    private mutating func selection(_ field: FieldType, depth: Int) -> String {
        if field.type.name == "Node" {
            return
                "node\(arguments(field)) { __typename ... on Ticket { subject } ... on Site { name tickets { subject } } }"
        }
        guard case .object(let type)? = schema.type(field.type.name) else { return field.name }
        if type.name.hasSuffix("Connection") {
            return "\(field.name)\(arguments(field)) { \(page(type, depth: depth)) }"
        }
        var inner: [String] = []
        for child in type.fields {
            let isComposite = schema.type(child.type.name)?.isComposite == true
            let isForeignKey = child.name.hasSuffix("Id")
            if isComposite ? depth > 1 && chance(3) : !isForeignKey && (child.name == "id" || chance(3)) {
                inner.append(selection(child, depth: depth - 1))
            }
        }
        if inner.isEmpty { inner = ["__typename"] }
        return "\(field.name)\(arguments(field)) { \(inner.joined(separator: " ")) }"
    }

    /// The whole of a page: what it says of its rows by cursors, flags and counts besides the rows
    /// themselves.
    private mutating func page(_ type: ObjectType, depth: Int) -> String {
        var parts = ["pageInfo { hasNextPage hasPreviousPage }"]
        if let nodes = type.fields["nodes"] {
            parts.append(
                chance(2)
                    ? selection(nodes, depth: depth)
                    : "edges { \(selection(nodes, depth: depth).replacing("nodes", with: "node", maxReplacements: 1)) }"
            )
        }
        if chance(2) { parts.append("totalCount") }
        return parts.joined(separator: " ")
    }

    private mutating func arguments(_ field: FieldType) -> String {
        if field.arguments["keys"] != nil {
            return "(keys: [\(keys(of: String(field.type.name.dropLast("Group".count))))])"
        }
        if field.arguments["nodeId"] != nil { return "(nodeId: \"\(anyNodeID())\")" }
        if field.arguments["id"] != nil { return "(id: \"\(anyID(field.type.name))\")" }
        guard let filtered = field.arguments["where"] else { return "" }
        var parts: [String] = []
        if chance(2) { parts.append("where: \(filter(filtered.type.name, depth: 3))") }
        if field.arguments["last"] != nil, chance(3) {
            parts.append("last: \(Int.random(in: 0...5, using: &generator))")
        } else if field.arguments["first"] != nil, chance(3) {
            parts.append("first: \(Int.random(in: 0...5, using: &generator))")
        }
        if chance(4), case .inputObject(let order)? = field.arguments["orderBy"].flatMap({ schema.type($0.type.name) }),
            let key = order.fields.elements.randomElement(using: &generator)
        {
            parts.append("orderBy: [{\(key.name): DESC}]")
        }
        return parts.isEmpty ? "" : "(\(parts.joined(separator: ", ")))"
    }

    /// What groups are made by; foreign keys may decide, though they are not shown.
    private mutating func keys(of type: String) -> String {
        guard case .enum(let fields)? = schema.type("\(type)GroupField") else { return "" }
        let names = fields.values.names.shuffled(using: &generator).prefix(Int.random(in: 1...2, using: &generator))
        return names.map { $0.hasSuffix("_AT") && chance(2) ? "{field: \($0), per: MONTH}" : "{field: \($0)}" }.joined(
            separator: ", ")
    }

    private mutating func anyID(_ type: String) -> String {
        let tenant = TangledData.tenants.randomElement(using: &generator) ?? "a"
        switch type {
        case "Tenant": return tenant
        case "User": return "\(tenant)-u\(Int.random(in: 1...4, using: &generator))"
        case "Site": return "\(tenant)-s1"
        case "Ticket": return "\(tenant)-kb-2"
        case "AuditLog": return "\(Int.random(in: 1...9, using: &generator))"
        default: return "\(tenant)-sub"
        }
    }

    private mutating func anyNodeID() -> String {
        let type = ["User", "Site", "Ticket", "Nothing"].randomElement(using: &generator) ?? "Site"
        return Base64.url([1] + Array(type.utf8) + [0] + Array(anyID(type).utf8))
    }

    private mutating func filter(_ name: String, depth: Int) -> String {
        guard depth > 0, case .inputObject(let type)? = schema.type(name),
            let field = type.fields.elements.randomElement(using: &generator)
        else { return "{}" }
        let target = field.type.name
        switch field.name {
        case "and", "or":
            return "{\(field.name): [\(filter(name, depth: depth - 1)), \(filter(name, depth: depth - 1))]}"
        case "not": return "{not: \(filter(name, depth: depth - 1))}"
        default: break
        }
        if target.hasSuffix("ListFilter") {
            let word = ["some", "every", "none"].randomElement(using: &generator) ?? "some"
            return
                "{\(field.name): {\(word): \(filter(String(target.dropLast("ListFilter".count)) + "Filter", depth: depth - 1))}}"
        }
        if case .inputObject(let inner)? = schema.type(target), inner.fields["and"] != nil {
            return "{\(field.name): \(filter(target, depth: depth - 1))}"
        }
        return "{\(field.name): {isNull: \(Bool.random(using: &generator))}}"
    }

    private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &generator) == 0 }
}

/// Base64url without padding, as global ids are written.
enum Base64 {
    static func url(_ bytes: [UInt8]) -> String {
        let buffer = ResponseBuffer()
        buffer.appendBase64URL(bytes)
        return String(decoding: buffer.takeBytes(), as: UTF8.self)
    }
}
