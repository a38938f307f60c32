import GraphQLLanguage

/// The arguments of a list: `where`, `orderBy`, `first`, `offset`.
enum ListArguments {
    static func added(to definition: Definition, orders: OrderTypes) -> Definition {
        switch definition {
        case .typeSystem(.type(let type)): .typeSystem(.type(added(to: type, orders: orders)))
        case .typeSystemExtension(.type(let type)): .typeSystemExtension(.type(added(to: type, orders: orders)))
        case .operation, .fragment, .typeSystem(.schema), .typeSystem(.directive), .typeSystemExtension(.schema):
            definition
        }
    }

    private static func added(to type: TypeDefinition, orders: OrderTypes) -> TypeDefinition {
        var copy = type
        switch type.kind {
        case .object(let interfaces, let fields):
            copy.kind = .object(interfaces: interfaces, fields: fields.map { added(to: $0, orders: orders) })
        case .interface(let interfaces, let fields):
            copy.kind = .interface(interfaces: interfaces, fields: fields.map { added(to: $0, orders: orders) })
        case .scalar, .union, .enum, .inputObject: break
        }
        return copy
    }

    private static func added(to field: FieldDefinition, orders: OrderTypes) -> FieldDefinition {
        guard field.isDerivedList else { return field }
        var copy = field
        copy.directives.removeAll { $0.name.value == ListDirective.name }
        let type = field.type.namedType.value, range = field.name.range
        copy.arguments.append(
            derivedInput(
                "where", .derived(FilterTypes.name(of: type), range: range), "Only rows for which this holds.",
                range: range))
        if orders.hasFields(type) {
            copy.arguments.append(
                derivedInput(
                    "orderBy", .derivedList(OrderTypes.name(of: type), range: range),
                    "One field per object, the most important first; the key decides last.", range: range))
        }
        copy.arguments.append(
            derivedInput(
                "first", .derived("Int", range: range),
                "At most this many rows; above the server's highest number it is an error.", range: range))
        copy.arguments.append(
            derivedInput("offset", .derived("Int", range: range), "Rows to skip before the first.", range: range))
        return copy
    }
}
