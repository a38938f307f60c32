import GraphQLSchema

extension DocumentGenerator {
    // MARK: Arguments and directives

    mutating func arguments(_ defined: InputMap, isConst: Bool, isDirective: Bool = false) -> [String] {
        var given: [[String]] = []
        for definition in defined {
            if definition.isRequired, plants(isDirective ? .missingDirectiveArgument : .missingArgument) || slips() {
                continue
            }
            guard definition.isRequired || chance(fieldsLeft > 0 ? 35 : 10) else { continue }
            given.append(
                [definition.name, ":"]
                    + value(definition.type, hasDefault: definition.defaultValue != nil, isConst: isConst))
        }
        if plants(isDirective ? .unknownDirectiveArgument : .unknownArgument) || slips() {
            given.append(["nope", ":", "1"])
        }
        if !given.isEmpty, plants(.repeatedArgument) || slips() { given.append(one(of: given)) }
        given.shuffle(using: &random)
        return given.isEmpty ? [] : ["("] + given.flatMap { $0 } + [")"]
    }

    mutating func directives(on location: String, isConst: Bool, isSubscription: Bool = false) -> [String] {
        var tokens: [String] = []
        if isSubscription, ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"].contains(location),
            plants(.conditionalSubscriptionField) || slips()
        {
            tokens += ["@", "include", "(", "if", ":", "true", ")"]
        }
        if plants(.unknownDirective) || slips() { tokens += ["@", "nope"] }
        if plants(.directiveInAWrongPlace) || slips() {
            let others = schema.directiveOrder.compactMap { schema.directives[$0] }.filter {
                !$0.locations.contains(location)
            }
            tokens += directive(one(of: others), isConst: isConst)
        }
        let isWanted = [Fault.repeatedDirective, .missingDirectiveArgument, .unknownDirectiveArgument].contains(fault)
        guard chance(isWanted ? 50 : 12) else { return tokens }
        let fitting = schema.directiveOrder.compactMap { schema.directives[$0] }.filter { definition in
            definition.locations.contains(location)
                && !(isSubscription && ["skip", "include"].contains(definition.name))
        }
        guard let chosen = fitting.randomElement(using: &random) else { return tokens }
        tokens += directive(chosen, isConst: isConst)
        if chosen.isRepeatable, chance(50) { tokens += directive(chosen, isConst: isConst) }
        if !chosen.isRepeatable, plants(.repeatedDirective) || slips() { tokens += directive(chosen, isConst: isConst) }
        return tokens
    }

    private mutating func directive(_ definition: DirectiveType, isConst: Bool) -> [String] {
        ["@", definition.name] + arguments(definition.arguments, isConst: isConst, isDirective: true)
    }

    // MARK: Values

    /// A value for a place that expects `type`. `isItem` says that it stands for a list of one,
    /// where a variable would have to be a list.
    mutating func value(
        _ type: WrappedType, hasDefault: Bool, isConst: Bool, oneOf: OneOfPlace = .none, isItem: Bool = false,
        depth: Int = 0
    ) -> [String] {
        if slips() {
            return value(.named(one(of: types.inputNames)), hasDefault: false, isConst: isConst, depth: depth)
        }
        if type.isNonNull, plants(.nullInANonNullPlace) { return ["null"] }
        let wantsVariable: Set<Fault> = [
            .undefinedVariable, .variableOfAnotherOperation, .repeatedVariable, .variableOfAnotherType,
            .nullableVariable, .nullableVariableInOneOf, .listVariable, .variableWithNullableItems,
            .variableOfOutputType, .variableOfUnknownType,
        ]
        if !isConst, !isItem, chance(fault.map { wantsVariable.contains($0) } ?? false ? 60 : 20) {
            return variable(for: type, hasDefault: hasDefault, oneOf: oneOf)
        }
        if !type.isNonNull, oneOf == .none, !isItem, chance(8) { return ["null"] }
        switch type.nullable {
        case .nonNull: return ["null"]
        case .list(let item):
            if isItem || chance(15) {
                return value(item, hasDefault: false, isConst: isConst, isItem: true, depth: depth)
            }
            var tokens = ["["]
            for _ in 0..<below(depth > 3 ? 1 : 3) {
                tokens += value(item, hasDefault: false, isConst: isConst, depth: depth + 1)
            }
            return tokens + ["]"]
        case .named(let name):
            return named(name, isConst: isConst, isItem: isItem, isBare: !type.isNonNull && !isItem, depth: depth)
        }
    }

    private mutating func named(_ name: String, isConst: Bool, isItem: Bool, isBare: Bool, depth: Int) -> [String] {
        switch schema.type(name) {
        case .enum(let type)?:
            if plants(.unknownEnumValue) { return ["NOTHING"] }
            if plants(.enumValueAsAString) { return ["\"\(one(of: type.values.names))\""] }
            if plants(.valueOfAnotherKind) { return [one(of: ["1", "true", "1.5"])] }
            return [one(of: type.values.names)]
        case .inputObject(let type)?:
            if plants(.valueOfAnotherKind) { return [one(of: ["1", "true", "\"{}\"", "RED"])] }
            return type.isOneOf
                ? oneOf(type, isConst: isConst, isBare: isBare, depth: depth)
                : object(type, isConst: isConst, depth: depth)
        case .scalar:
            if SpecifiedScalars.names.contains(name) {
                if plants(.valueOfAnotherKind) { return Lexemes.wrong(name, &random) }
                if name == "Int", plants(.numberOutOfRange) {
                    return [one(of: ["2147483648", "-2147483649", "99999999999999999999"])]
                }
                // Within a list of one an item may itself be a list only where lists nest.
                if !isItem, plants(.listInPlaceOfAnItem) { return ["["] + Lexemes.right(name, &random) + ["]"] }
                return Lexemes.right(name, &random)
            }
            // A list would be taken apart where one value stands for a list.
            return isItem ? Lexemes.right("Int", &random) : anything(isConst: isConst, depth: depth)
        case .object?, .interface?, .union?, nil: return ["null"]
        }
    }

    /// A literal for a custom scalar: whatever the grammar allows, variables inside included.
    private mutating func anything(isConst: Bool, depth: Int) -> [String] {
        switch below(depth > 3 ? 5 : 7) {
        case 0: return Lexemes.right("Int", &random)
        case 1: return Lexemes.right("String", &random)
        case 2: return Lexemes.right("Boolean", &random)
        case 3: return ["WORD"]
        case 4: return Lexemes.right("Float", &random)
        case 5:
            var tokens = ["["]
            for _ in 0..<below(3) { tokens += inner(isConst: isConst, depth: depth + 1) }
            return tokens + ["]"]
        default:
            var tokens = ["{"]
            for index in 0..<below(3) { tokens += ["k\(index)", ":"] + inner(isConst: isConst, depth: depth + 1) }
            return tokens + ["}"]
        }
    }

    private mutating func inner(isConst: Bool, depth: Int) -> [String] {
        if !isConst, chance(15) {
            return variable(for: .named(one(of: ["Int", "String", "ID"])), hasDefault: false, oneOf: .none)
        }
        return anything(isConst: isConst, depth: depth)
    }

    private mutating func object(_ type: InputObjectType, isConst: Bool, depth: Int) -> [String] {
        var given: [[String]] = []
        for definition in type.fields {
            if definition.isRequired, plants(.missingInputField) || slips() { continue }
            guard definition.isRequired || depth < 4 && chance(type.fields.count > 6 ? 12 : 30) else { continue }
            given.append(
                [definition.name, ":"]
                    + value(
                        definition.type, hasDefault: definition.defaultValue != nil, isConst: isConst, depth: depth + 1)
            )
        }
        if plants(.unknownInputField) || slips() { given.append(["nope", ":", "1"]) }
        if !given.isEmpty, plants(.repeatedInputField) || slips() { given.append(one(of: given)) }
        given.shuffle(using: &random)
        return ["{"] + given.flatMap { $0 } + ["}"]
    }

    /// The reference finds a nullable variable in a OneOf object only where the object's place is
    /// neither non-null nor a list: it is put nowhere else.
    private mutating func oneOf(_ type: InputObjectType, isConst: Bool, isBare: Bool, depth: Int) -> [String] {
        if plants(.oneOfWithoutAField) { return ["{", "}"] }
        let definition = one(of: depth > 3 ? [type.fields.elements[0]] : type.fields.elements)
        if plants(.oneOfWithNull) { return ["{", definition.name, ":", "null", "}"] }
        var tokens =
            [definition.name, ":"]
            + value(
                definition.type, hasDefault: false, isConst: isConst, oneOf: isBare ? .bare : .wrapped, depth: depth + 1
            )
        if let other = type.fields.elements.first(where: { $0.name != definition.name }),
            plants(.oneOfWithTwoFields) || slips()
        {
            tokens +=
                [other.name, ":"] + value(.nonNull(other.type), hasDefault: false, isConst: isConst, depth: depth + 1)
        }
        return ["{"] + tokens + ["}"]
    }

    // MARK: Variables

    private mutating func variable(for place: WrappedType, hasDefault: Bool, oneOf: OneOfPlace) -> [String] {
        var position =
            chance(50)
            ? variables.indices.filter {
                Usage.isAllowed(variables[$0], at: place, hasDefault: hasDefault, oneOf: oneOf)
            }.randomElement(using: &random) : nil
        if !variables.isEmpty, oneOf != .wrapped, slips() { position = below(variables.count) }
        let chosen = position ?? newVariable(for: place, hasDefault: hasDefault, oneOf: oneOf)
        scope.variables.insert(chosen)
        return ["$", variables[chosen].name]
    }

    private mutating func newVariable(for place: WrappedType, hasDefault: Bool, oneOf: OneOfPlace) -> Int {
        var type = place, defaultValue: [String]?
        if case .list(let item) = place.nullable, item.isNonNull == false, chance(20) {
            // Stricter items fit.
            type = place.isNonNull ? .nonNull(.list(.nonNull(item))) : .list(.nonNull(item))
        }
        if place.isNonNull || oneOf != .none {
            if oneOf == .none, chance(25) {
                type = type.nullable
                defaultValue = value(.nonNull(type), hasDefault: false, isConst: true)
            } else if hasDefault, oneOf == .none, chance(50) {
                type = type.nullable
            } else {
                type = .nonNull(type.nullable)
            }
        } else if chance(25) {
            type = .nonNull(type)
        }
        if defaultValue == nil, chance(15) { defaultValue = value(type, hasDefault: false, isConst: true) }
        if place.isNonNull, !hasDefault, plants(.nullableVariable) || slips() {
            (type, defaultValue) = (type.nullable, chance(50) ? nil : ["null"])
        }
        if oneOf == .bare, plants(.nullableVariableInOneOf) || slips() {
            (type, defaultValue) = (type.nullable, chance(50) ? nil : ["null"])
        }
        if plants(.listVariable) || slips() { (type, defaultValue) = (.list(type), nil) }
        if case .list(let item) = place.nullable, item.isNonNull, plants(.variableWithNullableItems) || slips() {
            (type, defaultValue) = (.list(item.nullable), nil)
            if place.isNonNull { type = .nonNull(type) }
        }
        variables.append(Variable(name: freshName("v"), type: type, defaultValue: defaultValue))
        return variables.count - 1
    }
}

/// Whether a value is the field of a OneOf object, and whether the place of that object is of its
/// bare type.
enum OneOfPlace { case none, bare, wrapped }

/// Section 5.8.5, in the generator's own words.
private enum Usage {
    static func isAllowed(
        _ variable: DocumentGenerator.Variable, at place: WrappedType, hasDefault: Bool, oneOf: OneOfPlace
    ) -> Bool {
        if oneOf != .none { return variable.type.isNonNull && fits(variable.type, place) }
        if place.isNonNull, !variable.type.isNonNull {
            let isFilled = variable.defaultValue.map { $0 != ["null"] } ?? false
            return (isFilled || hasDefault) && fits(variable.type, place.nullable)
        }
        return fits(variable.type, place)
    }

    private static func fits(_ type: WrappedType, _ place: WrappedType) -> Bool {
        if place.isNonNull { return type.isNonNull && fits(type.nullable, place.nullable) }
        switch (type.nullable, place) {
        case (.list(let item), .list(let expected)): return fits(item, expected)
        case (.named(let name), .named(let expected)): return name == expected
        default: return false
        }
    }
}
