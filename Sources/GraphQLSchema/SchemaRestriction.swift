import GraphQLLanguage

extension Schema {
    /// The part of the schema that remains when only some fields are kept.
    ///
    /// Computed to a fixpoint: a type without remaining fields, members or values is removed, and
    /// with it every field, argument, input field, union member and `implements` that refers to it;
    /// an interface loses a field that one of its implementers has lost, so that nothing is read
    /// past an object's rule. Then every type that cannot be reached from the roots or from a
    /// directive's arguments is removed. A default value that refers to a removed part is dropped.
    /// Introspection's types and the specified directives stay.
    ///
    /// The caller must keep at least one field of the query root, which always stays.
    ///
    /// - Parameters:
    ///   - suggestsNames: ``suggestsNames`` of the result.
    ///   - keep: Whether a field of an object or interface stays, by type and field.
    ///   - implementing: Whether an object still implements an interface; if not, it removes no
    ///     field of it.
    ///   - inputField: The same for an input object's field.
    ///   - enumValue: The same for an enum's value.
    ///   - directive: Whether a custom directive stays.
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
        var rest = SchemaPruner(types: kept, query: queryType.name, implementers: implementers)
        rest.filter(keep: keep, inputField: inputField, enumValue: enumValue)
        rest.settle()
        let keptDirectives = directiveOrder.compactMap { directives[$0] }.filter {
            SpecifiedDirectives.names.contains($0.name) || directive($0.name)
        }
        .map { rest.restricted($0) }
        rest.dropUnreachable(
            from: [queryType.name, mutationType?.name, subscriptionType?.name].compactMap { $0 }
                + keptDirectives.flatMap { $0.arguments.map(\.type.name) })
        return rest.schema(like: self, directives: keptDirectives, suggestsNames: suggestsNames)
    }
}

extension NamedType {
    /// An object with some of its interfaces only; any other type unchanged.
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
