import GraphQLLanguage

/// The remaining part of a schema while it is being restricted: names of types and members.
struct SchemaPruner {
    private let types: [NamedType]
    private let query: String
    /// The remaining types, with names of remaining fields, members or values; scalars with none.
    private var members: [String: Set<String>] = [:]
    private let byName: [String: NamedType]
    private let implementers: [String: [String]]

    init(types: [NamedType], query: String, implementers: [String: [String]]) {
        self.types = types
        self.query = query
        self.implementers = implementers
        byName = Dictionary(types.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Specified and introspection's types always exist.
    private func isThere(_ type: String) -> Bool { members[type] != nil || byName[type] == nil }

    mutating func filter(
        keep: (String, String) -> Bool, inputField: (String, String) -> Bool, enumValue: (String, String) -> Bool
    ) {
        for type in types {
            let name = type.name
            let left: Set<String> =
                switch type {
                case .scalar: []
                case .object(let object): Set(object.fields.names.filter { keep(name, $0) })
                case .interface(let interface): Set(interface.fields.names.filter { keep(name, $0) })
                case .union(let union): Set(union.members)
                case .enum(let values): Set(values.values.names.filter { enumValue(name, $0) })
                case .inputObject(let input): Set(input.fields.names.filter { inputField(name, $0) })
                }
            if stays(type, left) { members[name] = left }
        }
    }

    // MARK: The fixpoint

    /// Repeatedly removes what refers to removed parts, until nothing changes. Every round but the
    /// last removes something, so the number of rounds is bounded by the schema's size.
    mutating func settle() {
        // Interfaces come last: an implementer that is removed as a whole takes no field from them.
        repeat {
            // Only types are referred to: while all exist, every member may stay.
            while members.count < types.count, round(settled) {}
        } while round(sharedByImplementers)
    }

    /// Whether a type with these remaining members stays.
    private func stays(_ type: NamedType, _ left: Set<String>) -> Bool {
        !left.isEmpty || type.name == query || !type.hasMembers
    }

    /// Whether anything was removed.
    private mutating func round(_ rest: (Set<String>, NamedType) -> Set<String>) -> Bool {
        var changed = false
        for type in types {
            guard let before = members[type.name] else { continue }
            let after = rest(before, type)
            if !stays(type, after) {
                members[type.name] = nil
                changed = true
            } else if after.count != before.count {
                members[type.name] = after
                changed = true
            }
        }
        return changed
    }

    /// The members whose types still exist.
    private func settled(_ names: Set<String>, of type: NamedType) -> Set<String> {
        switch type {
        case .scalar, .enum: names
        case .object, .interface: names.filter { name in type.fields?[name].map { isThere($0.type.name) } ?? false }
        case .union: names.filter(isThere)
        case .inputObject(let input): names.filter { name in input.fields[name].map { isThere($0.type.name) } ?? false }
        }
    }

    /// For an interface, the fields that all remaining implementers still have; for others, all.
    private func sharedByImplementers(_ names: Set<String>, of type: NamedType) -> Set<String> {
        guard case .interface = type else { return names }
        return names.filter { name in
            implementers[type.name, default: []].allSatisfy { members[$0]?.contains(name) ?? true }
        }
    }

    // MARK: Reachability

    mutating func dropUnreachable(from roots: [String]) {
        var reached: Set<String> = []
        var pending: [String] = []
        func reach(_ name: String) {
            // Remaining types only: specified scalars are referred to most.
            if members[name] != nil, reached.insert(name).inserted { pending.append(name) }
        }
        roots.forEach(reach)
        while let name = pending.popLast() {
            guard let type = byName[name], let left = members[name] else { continue }
            switch type {
            case .scalar, .enum: break
            case .object(let object):
                object.interfaces.forEach(reach)
                mention(object.fields, left, reach)
            case .interface(let interface):
                interface.interfaces.forEach(reach)
                mention(interface.fields, left, reach)
                implementers[name, default: []].forEach(reach)
            case .union(let union): union.members.forEach(reach)
            case .inputObject(let input):
                for field in input.fields where left.contains(field.name) { reach(field.type.name) }
            }
        }
        members = members.filter { reached.contains($0.key) }
    }

    /// Visits the types of the remaining fields, and of their arguments.
    private func mention(_ fields: FieldMap, _ left: Set<String>, _ reach: (String) -> Void) {
        for field in fields where left.contains(field.name) {
            reach(field.type.name)
            for argument in field.arguments { reach(argument.type.name) }
        }
    }

    private func isLeft(_ member: String, of type: String) -> Bool { members[type]?.contains(member) == true }

    // MARK: The result

    func schema(like schema: Schema, directives: [DirectiveType], suggestsNames: Bool) -> Schema {
        let left = types.compactMap(restricted)
        func root(_ type: ObjectType?) -> ObjectType? {
            for case .object(let object) in left where object.name == type?.name { return object }
            return nil
        }
        return Schema(
            description: schema.description, types: left, directives: directives,
            query: root(schema.queryType) ?? schema.queryType, mutation: root(schema.mutationType),
            subscription: root(schema.subscriptionType), suggestsNames: suggestsNames)
    }

    func restricted(_ directive: DirectiveType) -> DirectiveType {
        guard let arguments = inputMap(directive.arguments) else { return directive }
        return DirectiveType(
            name: directive.name, description: directive.description, arguments: arguments,
            isRepeatable: directive.isRepeatable, locations: directive.locations)
    }

    // Unchanged parts keep their objects, which thousands of slightly different schemas share.

    private func restricted(_ type: NamedType) -> NamedType? {
        let name = type.name
        guard let left = members[name] else { return nil }
        switch type {
        case .scalar: return type
        case .object(let object):
            let interfaces = object.interfaces.filter(isThere), fields = fieldMap(object.fields, left)
            if fields == nil, interfaces.count == object.interfaces.count { return type }
            return .object(
                ObjectType(
                    name: name, description: object.description, interfaces: interfaces,
                    fields: fields ?? object.fields, directives: object.directives))
        case .interface(let interface):
            let interfaces = interface.interfaces.filter(isThere), fields = fieldMap(interface.fields, left)
            if fields == nil, interfaces.count == interface.interfaces.count { return type }
            return .interface(
                InterfaceType(
                    name: name, description: interface.description, interfaces: interfaces,
                    fields: fields ?? interface.fields, directives: interface.directives))
        case .union(let union):
            if left.count == union.members.count { return type }
            return .union(
                UnionType(name: name, description: union.description, members: union.members.filter(left.contains)))
        case .enum(let values):
            if left.count == values.values.count { return type }
            return .enum(
                EnumType(
                    name: name, description: values.description, values: values.values.filter { left.contains($0.name) }
                ))
        case .inputObject(let input):
            guard let fields = inputMap(input.fields, left) else { return type }
            return .inputObject(
                InputObjectType(name: name, description: input.description, isOneOf: input.isOneOf, fields: fields))
        }
    }

    /// The remaining fields, without removed arguments; `nil` if there are none.
    private func fieldMap(_ fields: FieldMap, _ left: Set<String>) -> FieldMap? {
        var isSame = left.count == fields.count
        let rest = fields.filter { left.contains($0.name) }.map { field in
            guard let arguments = inputMap(field.arguments) else { return field }
            isSame = false
            return FieldType(
                name: field.name, description: field.description, arguments: arguments, type: field.type,
                deprecationReason: field.deprecationReason, directives: field.directives, range: field.range)
        }
        return isSame ? nil : FieldMap(rest, name: \.name)
    }

    /// The existing ones in `left`, without defaults that refer to removed parts; `nil` if none.
    private func inputMap(_ inputs: InputMap, _ left: Set<String>? = nil) -> InputMap? {
        var isSame = true
        let rest = inputs.compactMap { input -> InputField? in
            guard isThere(input.type.name), left?.contains(input.name) ?? true else {
                isSame = false
                return nil
            }
            guard let value = input.defaultValue, !isWhole(value, input.type.name) else { return input }
            isSame = false
            return InputField(
                name: input.name, description: input.description, type: input.type, defaultValue: nil,
                deprecationReason: input.deprecationReason, directives: input.directives)
        }
        return isSame ? nil : InputMap(rest, name: \.name)
    }

    /// Whether everything that a default value of type `name` refers to still exists.
    private func isWhole(_ value: Value, _ name: String) -> Bool {
        switch value {
        case .variable, .int, .float, .string, .boolean, .null: return true
        case .enumValue(let value):
            guard case .enum? = byName[name] else { return true }
            return isLeft(value.value, of: name)
        case .list(let items, _): return items.allSatisfy { isWhole($0, name) }
        case .object(let fields, _):
            guard case .inputObject(let type)? = byName[name] else { return true }
            return fields.allSatisfy { field in
                guard let known = type.fields[field.name.value], isLeft(known.name, of: name) else { return false }
                return isWhole(field.value, known.type.name)
            }
        }
    }
}

extension NamedType {
    fileprivate var hasMembers: Bool {
        if case .scalar = self { false } else { true }
    }
}
