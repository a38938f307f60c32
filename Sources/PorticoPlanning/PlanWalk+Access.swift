import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoCatalog

extension PlanWalk {
    /// `_access` of a row: a constant of the rules, which needs no load and costs nothing.
    mutating func access(_ field: CollectedField, of type: ObjectType) throws(ClientError) -> OutputValue {
        guard case .object(let object)? = operation.schema.type(Catalog.accessType),
            let rule = access.rules.types[type.name], let binding = access.catalog.types[type.name]
        else {
            throw ClientError(
                .notBound, "Field \"\(type.name).\(field.name)\" is not available.", range: field.first.range)
        }
        if let failed = failedObject(field.selectionSets, on: object) { return .embedded(load: nil, failed) }
        let buffer = ResponseBuffer(capacity: 256)
        for (position, child) in collect(field.selectionSets, on: object).enumerated() {
            buffer.append(UInt8(ascii: position == 0 ? "{" : ","))
            buffer.appendJSONString(child.responseKey)
            buffer.append(UInt8(ascii: ":"))
            switch child.name {
            case Catalog.accessRead:
                // Of the viewer's own schema, in its order.
                JSONValue.array(
                    type.fields.names.filter { binding.fields[$0] != nil && rule.fields.contains($0) }.map {
                        .string($0)
                    }
                ).write(into: buffer)
            case Catalog.accessGrant:
                (rule.isGranted ? JSONValue.string("\(access.rules.role).\(type.name).read") : .null).write(
                    into: buffer)
            case "__typename": buffer.appendJSONString(object.name)
            default:
                throw ClientError(
                    .notBound, "Field \"\(object.name).\(child.name)\" is not available.", range: child.first.range)
            }
        }
        buffer.append(UInt8(ascii: "}"))
        return .fixed(buffer.takeBytes())
    }
}
