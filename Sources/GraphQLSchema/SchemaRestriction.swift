import GraphQLLanguage

/// Which fields of which objects and interfaces are visible; a type that is not mentioned has none.
public struct VisibleFields: Sendable, Equatable {
    public var fields: [String: Set<String>]

    public init(fields: [String: Set<String>] = [:]) { self.fields = fields }

    public func contains(_ type: String, _ field: String) -> Bool { fields[type]?.contains(field) == true }
}

extension Schema {
    /// The part of the schema that is left when only some fields are.
    ///
    /// To a fixpoint: a type without any field, member or value left disappears, and so does every
    /// field, argument, input field, union member and `implements` that mentions it; an interface
    /// loses a field that one of its implementers has lost, so that nothing is read past an
    /// object's rule. Then every type that cannot be reached from the roots or from a directive's
    /// arguments disappears. A default value that mentions what is gone is dropped. Introspection's
    /// types and the specified directives stay.
    ///
    /// The caller keeps at least one field of the query root, which stays in any case.
    ///
    /// - Parameters:
    ///   - suggestsNames: ``suggestsNames`` of what is left.
    ///   - keep: whether a field of an object or interface stays, by type and field.
    ///   - implementing: whether an object still implements an interface; one that does not takes
    ///     no field from it.
    ///   - inputField: the same of an input object's field.
    ///   - enumValue: the same of an enum's value.
    ///   - directive: whether a custom directive stays.
    public func restricted(
        suggestsNames: Bool = true, to keep: (_ type: String, _ field: String) -> Bool,
        implementing: (_ type: String, _ interface: String) -> Bool = { _, _ in true },
        inputField: (_ type: String, _ field: String) -> Bool = { _, _ in true },
        enumValue: (_ type: String, _ value: String) -> Bool = { _, _ in true },
        directive: (_ name: String) -> Bool = { _ in true }
    ) -> Schema {
        let own = typeOrder.filter { !IntrospectionTypes.names.contains($0) && !SpecifiedScalars.names.contains($0) }
            .compactMap { types[$0] }
        let kept = own.map { $0.implementing { type, interface in implementing(type, interface) } }
        let implementers = Dictionary(
            uniqueKeysWithValues: implementations.map { interface, types in
                (interface, types.filter { implementing($0, interface) })
            })
        var rest = SchemaRest(types: kept, query: queryType.name, implementers: implementers)
        rest.filter(keep: keep, inputField: inputField, enumValue: enumValue)
        rest.settle()
        let keptDirectives = directiveOrder.compactMap { directives[$0] }.filter {
            SpecifiedDirectives.names.contains($0.name) || directive($0.name)
        }
        .map { rest.restricted($0) }
        rest.dropUnreachable(
            from: [queryType.name, mutationType?.name, subscriptionType?.name].compactMap { $0 }
                + keptDirectives.flatMap { $0.arguments.map(\.type.name) }
        )
        return rest.schema(like: self, directives: keptDirectives, suggestsNames: suggestsNames)
    }

    /// The same for a set of fields; see
    /// ``restricted(suggestsNames:to:implementing:inputField:enumValue:directive:)``.
    public func restricted(to visible: VisibleFields) -> Schema { restricted(to: visible.contains) }
}

extension NamedType {
    /// The same object with some of its interfaces only; any other type as it is.
    fileprivate func implementing(_ keep: (_ type: String, _ interface: String) -> Bool) -> NamedType {
        guard case .object(let object) = self, !object.interfaces.allSatisfy({ keep(object.name, $0) }) else {
            return self
        }
        return .object(
            ObjectType(
                name: object.name, description: object.description,
                interfaces: object.interfaces.filter { keep(object.name, $0) }, fields: object.fields,
                directives: object.directives))
    }
}
