import GraphQLSchema
import GraphQLValidation

extension PlanWalk {
    /// Plans the fields of an object that the catalog does not bind, each by `value`.
    mutating func members(
        _ field: CollectedField, of typeName: String,
        value: (inout PlanWalk, CollectedField, FieldType) throws(ClientError) -> OutputValue?
    ) throws(ClientError) -> ObjectOutput {
        guard case .object(let type)? = operation.schema.type(typeName) else { throw field.notBound() }
        if let failed = failedObject(field.selectionSets, on: type) { return failed }
        let children = collect(field.selectionSets, on: type)
        var fields = FieldList(capacity: children.count)
        for child in children {
            if child.name == "__typename" {
                fields.add(typename: type.name, child)
                continue
            }
            guard let member = type.fields[child.name] else { throw child.notBound() }
            let output =
                if let failed = failedValue(child) { Optional(failed) } else { try value(&self, child, member) }
            guard let output else { throw child.notBound() }
            fields.add(child, output, isNonNull: member.type.isNonNull)
        }
        return ObjectOutput(type: type.name, fields: fields.items)
    }
}

extension CollectedField {
    /// The field is valid, but its binding or its type is missing.
    func notBound() -> ClientError {
        ClientError(.notBound, "Field \"\(name)\" is not available.", range: first.range)
    }
}
