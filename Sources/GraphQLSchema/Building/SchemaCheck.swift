import Diagnostics
import GraphQLLanguage

/// Checks the rules of section 3 on one draft. Each extension of this type is a group of rules.
struct SchemaCheck {
    let draft: SchemaDraft
    let scalars: [String: ScalarCoercion]
    var problems: ProblemList

    mutating func all() {
        rootTypes()
        for type in draft.orderedTypes {
            reserved(type.name)
            switch type.kind {
            case .scalar: specifiedBy(type)
            case .object(_, let fields): outputFields(fields, of: type)
            case .interface(_, let fields): outputFields(fields, of: type)
            case .union(let members): unionMembers(members, of: type)
            case .enum(let values): enumValues(values, of: type)
            case .inputObject(let fields): inputFields(fields, of: type)
            }
            implementedInterfaces(of: type)
        }
        interfaceCycles()
        inputObjectCycles()
        directiveDefinitions()
        directiveUses()
        defaultValues()
        defaultValueCycles()
    }

    // MARK: What the groups share

    /// The kind of a type; `nil` if it does not exist.
    func form(_ name: String) -> TypeForm? {
        if let type = draft.types[name] { return type.form }
        if SpecifiedScalars.names.contains(name) { return .scalar }
        return IntrospectionTypes.names.contains(name)
            ? IntrospectionTypes.all.first { $0.name == name }.map { $0.isLeaf ? .enum : .object } : nil
    }

    /// Section 3.3: names that begin with two underscores are reserved for introspection.
    mutating func reserved(_ name: Name) {
        guard name.value.hasPrefix("__") else { return }
        problems.add("Name \"\(name.value)\" begins with \"__\", which is reserved for introspection.", at: name.range)
    }

    /// Reports every repetition in `names`; `what` is as in `Field "a" of type "T"`.
    mutating func unique(_ names: [Name], _ verb: String = "defined", _ what: (String) -> String) {
        var seen: [String: SourceRange] = [:]
        for name in names {
            if let first = seen[name.value] {
                problems.addRepeated("\(what(name.value)) is \(verb) more than once.", at: name.range, first: first)
            } else {
                seen[name.value] = name.range
            }
        }
    }

    mutating func unknownType(_ name: Name, among fits: (TypeForm) -> Bool) {
        let candidates = (draft.typeOrder + SpecifiedScalars.names).filter { form($0).map(fits) ?? false }
        problems.add(
            "There is no type \"\(name.value)\".", at: name.range,
            hint: didYouMean(suggestion(for: name.value, among: candidates)))
    }

    /// Sections 3.6.1, 3.10: `type` must be an input type; `what`: `Argument "a" of field "T.f"`.
    mutating func inputPosition(_ type: TypeReference, _ what: String) {
        let name = type.namedType
        guard let form = form(name.value) else { return unknownType(name) { $0.isInput } }
        if !form.isInput {
            problems.add(
                "\(what) cannot be of type \"\(name.value)\", which is \(form.withArticle).", at: name.range,
                hint: "Input is made of scalars, enums and input objects.")
        }
    }
}

extension InputValueDefinition {
    /// Non-null and without a default (section 5.4.3).
    var isRequired: Bool {
        if case .nonNull = type { defaultValue == nil } else { false }
    }
}
