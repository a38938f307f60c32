import GraphQLSchema

extension DocumentGenerator {
    mutating func selectionSet(on type: NamedType, depth: Int, isSubscription: Bool = false) -> [String] {
        var tokens = ["{"]
        // A subscription has one field at its root; the flag goes down into fragments.
        let count = isSubscription ? 1 : Int.random(in: 1...3, using: &random)
        for _ in 0..<count { tokens += selection(on: type, depth: depth, isSubscription: isSubscription) }
        if isSubscription, plants(.severalSubscriptionFields) || slips() {
            tokens += field(on: type, depth: depth, isSubscription: true, alias: freshName("a"))
        }
        if isSubscription, plants(.introspectionSubscriptionField) { tokens = ["{", "__typename"] }
        if !isSubscription, plants(.fragmentsInARing) {
            tokens += ["...", "Ring"]
            extras.append(["fragment", "Ring", "on", type.name, "{", "...", "Rang", "}"])
            extras.append(["fragment", "Rang", "on", type.name, "{", "...", "Ring", "}"])
        }
        if !isSubscription, plants(.otherShapeUnderOneName) { tokens += otherShapes(under: type) ?? unplanted() }
        return tokens + ["}"]
    }

    private mutating func unplanted() -> [String] {
        isPlanted = false
        return []
    }

    private mutating func selection(on type: NamedType, depth: Int, isSubscription: Bool) -> [String] {
        let isRoomy = depth < 5 && fieldsLeft > 0
        if isRoomy, chance(14) { return inlineFragment(on: type, depth: depth, isSubscription: isSubscription) }
        let wantsFragment =
            fault.map {
                [
                    .repeatedFragmentName, .fragmentOfItself, .unknownFragment, .impossibleSpread,
                    .fragmentOnUnknownType, .fragmentOnALeaf,
                ].contains($0)
            } ?? false
        if isRoomy, chance(wantsFragment ? 45 : 15) {
            return spread(on: type, depth: depth, isSubscription: isSubscription)
        }
        return field(on: type, depth: depth, isSubscription: isSubscription, alias: nil)
    }

    // MARK: Fields

    private mutating func field(on parent: NamedType, depth: Int, isSubscription: Bool, alias: String?) -> [String] {
        fieldsLeft -= 1
        if plants(.unknownField) { return ["nope"] }
        if parent.fields == nil, plants(.fieldOfAUnion) { return ["id"] }
        if plants(.fieldOfAnotherType) || slips() {
            return [one(of: types.fieldNames.filter { parent.fields?[$0] == nil })]
        }
        guard let definition = chosenField(of: parent, depth: depth, isSubscription: isSubscription) else {
            return (alias.map { [$0, ":"] } ?? []) + ["__typename"]
        }
        let arguments = arguments(definition.arguments, isConst: false)
        let name = responseName(definition, arguments: arguments, alias: alias)
        var head = (name == definition.name && alias == nil ? [] : [name, ":"]) + [definition.name] + arguments
        head += directives(on: "FIELD", isConst: false, isSubscription: isSubscription)
        let children = children(of: definition, depth: depth)
        return head + children + conflict(with: definition, under: name, hasArguments: !arguments.isEmpty, on: parent)
    }

    private mutating func chosenField(of parent: NamedType, depth: Int, isSubscription: Bool) -> FieldType? {
        var candidates = parent.fields?.elements ?? []
        if !isSubscription, chance(6) { return schema.field("__typename", of: parent) }
        if !isSubscription, parent.name == schema.queryType.name, chance(3) {
            return schema.field(one(of: ["__schema", "__type"]), of: parent)
        }
        if depth > 5 || fieldsLeft <= 0 {
            candidates = candidates.filter { field in
                schema.type(field.type.name)?.isLeaf == true && !field.arguments.contains { $0.isRequired }
            }
            if candidates.isEmpty { candidates = isSubscription ? parent.fields?.elements ?? [] : [] }
        }
        return candidates.randomElement(using: &random)
    }

    /// The field's own name where that means nothing else in this document, else a new one.
    private mutating func responseName(_ definition: FieldType, arguments: [String], alias: String?) -> String {
        if slips() { return one(of: ["a", "b", "c"]) }
        let meaning = "\(definition.name) \(arguments.joined(separator: " ")) \(definition.type)"
        if let alias {
            meanings[alias] = meaning
            return alias
        }
        if !chance(15), meanings[definition.name] ?? meaning == meaning {
            meanings[definition.name] = meaning
            return definition.name
        }
        let fresh = freshName("a")
        meanings[fresh] = meaning
        return fresh
    }

    private mutating func children(of definition: FieldType, depth: Int) -> [String] {
        guard let type = schema.type(definition.type.name) else { return [] }
        if type.isLeaf { return plants(.selectionsOnALeaf) || slips() ? ["{", "id", "}"] : [] }
        if plants(.noSelectionsOnAnObject) || slips() { return [] }
        return selectionSet(on: type, depth: depth + 1)
    }

    /// A second field under the same response name.
    private mutating func conflict(
        with definition: FieldType, under name: String, hasArguments: Bool, on parent: NamedType
    ) -> [String] {
        let children = schema.type(definition.type.name)?.isLeaf == true ? [] : ["{", "__typename", "}"]
        if hasArguments, !definition.arguments.contains(where: { $0.isRequired }), plants(.otherArgumentsUnderOneName) {
            return [name, ":", definition.name] + children
        }
        guard fault == .otherFieldUnderOneName else { return [] }
        let others = (parent.fields?.elements ?? []).filter { other in
            other.name != definition.name && schema.type(other.type.name)?.isLeaf == true
                && !other.arguments.contains { $0.isRequired }
        }
        guard !others.isEmpty, plants(.otherFieldUnderOneName) else { return [] }
        return [name, ":", one(of: others).name]
    }

    /// Two objects of one abstract type with fields of two types under one name.
    private mutating func otherShapes(under parent: NamedType) -> [String]? {
        let objects = (schema.possibleTypes[parent.name] ?? []).sorted()
        guard objects.count > 1 else { return nil }
        let leaves = objects.flatMap { object in
            (schema.type(object)?.fields?.elements ?? []).filter { field in
                schema.type(field.type.name)?.isLeaf == true && !field.arguments.contains { $0.isRequired }
            }.map { (object, $0) }
        }
        guard let first = leaves.randomElement(using: &random),
            let second = leaves.filter({ $0.0 != first.0 && $0.1.type != first.1.type }).randomElement(using: &random)
        else { return nil }
        let name = freshName("a")
        return [
            "...", "on", first.0, "{", name, ":", first.1.name, "}", "...", "on", second.0, "{", name, ":",
            second.1.name, "}",
        ]
    }

    // MARK: Fragments

    private mutating func inlineFragment(on parent: NamedType, depth: Int, isSubscription: Bool) -> [String] {
        var condition: String?
        if !chance(25) { condition = types.overlapping[parent.name]?.randomElement(using: &random) }
        if slips() { condition = one(of: types.compositeNames) }
        if let apart = types.apart[parent.name], !apart.isEmpty, plants(.impossibleInlineFragment) {
            condition = one(of: apart)
        }
        var type = condition.flatMap { schema.type($0) } ?? parent
        if plants(.inlineFragmentOnUnknownType) { (condition, type) = ("Nothing", parent) }
        if plants(.inlineFragmentOnAnInput) || slips() { (condition, type) = (one(of: types.leafOrInputNames), parent) }
        let head = ["..."] + (condition.map { ["on", $0] } ?? [])
        return head + directives(on: "INLINE_FRAGMENT", isConst: false, isSubscription: isSubscription)
            + selectionSet(on: type, depth: depth + 1, isSubscription: isSubscription)
    }

    private mutating func spread(on parent: NamedType, depth: Int, isSubscription: Bool) -> [String] {
        if plants(.unknownFragment) || slips() { return ["...", "Nowhere"] }
        var fragment: Int?
        let fitting = types.overlapping[parent.name] ?? []
        let known = fragments.indices.filter { !fragments[$0].isOpen && fitting.contains(fragments[$0].type) }
        if chance(50) { fragment = known.randomElement(using: &random) }
        if let open = fragments.indices.last(where: { fragments[$0].isOpen }), !isSubscription,
            plants(.fragmentOfItself) || slips()
        {
            fragment = open
        }
        if !fragments.isEmpty, slips() { fragment = below(fragments.count) }
        let position = fragment ?? newFragment(within: parent, fitting, depth: depth, isSubscription: isSubscription)
        scope.fragments.insert(position)
        return ["...", fragments[position].name]
            + directives(on: "FRAGMENT_SPREAD", isConst: false, isSubscription: isSubscription)
    }

    private mutating func newFragment(
        within parent: NamedType, _ fitting: [String], depth: Int, isSubscription: Bool
    ) -> Int {
        var condition = fitting.randomElement(using: &random) ?? parent.name
        if let apart = types.apart[parent.name], !apart.isEmpty, plants(.impossibleSpread) || slips() {
            condition = one(of: apart)
        }
        var type = schema.type(condition) ?? parent
        if plants(.fragmentOnUnknownType) { (condition, type) = ("Nothing", parent) }
        if plants(.fragmentOnALeaf) || slips() { (condition, type) = (one(of: types.leafOrInputNames), parent) }
        let position = fragments.count
        fragments.append(Fragment(name: freshName("F"), type: condition))
        let outer = scope
        scope = Scope()
        let head =
            description() + ["fragment", fragments[position].name, "on", condition]
            + directives(on: "FRAGMENT_DEFINITION", isConst: false)
        let set = selectionSet(on: type, depth: depth + 1, isSubscription: isSubscription)
        fragments[position].tokens = head + set
        fragments[position].scope = scope
        fragments[position].isOpen = false
        scope = outer
        return position
    }
}
