import ExactText
import GraphQLSchema
import GraphQLValidation
import PorticoCatalog

extension PlanWalk {
    /// `node(nodeId:)`, or `node(id:)`: a load of the type that the id names. An invalid id, or one
    /// of a type that the viewer does not see, is null without a load, like an invisible row.
    mutating func node(_ field: CollectedField, _ definition: FieldType) throws(ClientError) -> OutputValue {
        let null = OutputValue.fixed(Array("null".utf8))
        let value = try arguments(field, definition)[access.catalog.nodeField]
        let id: String?
        switch value {
        case .constant(.string(let text))?: id = text
        case .open(let place)?:
            id = variables[place.position].flatMap { if case .string(let text) = $0 { text } else { nil } }
        case .constant?, .list?, .object?, nil: id = nil
        }
        guard let id, let type = NodeID.type(of: id), let key = access.catalog.nodeKeys[ExactString(type)],
            operation.schema.isPossible(type, for: Catalog.nodeInterface)
        else { return null }
        let types = key.columns.map(\.type), stated = NodeID.key(of: id, type: type, columns: types)
        let values = key.columns.enumerated().map { position, column in
            let source: ParameterSource =
                if case .open(let place)? = value {
                    .nodeKey(place, type: type, types, part: position)
                } else {
                    .constant(stated.map { .binary($0[position]) } ?? .null)
                }
            return LoadDraft.KnownValue(column: column, source: source)
        }
        return try object(
            field, try access.binding(type), link: .value(values, parent: nil), path: field.responseKey)
    }
}

extension ValidatedOperation {
    /// The variables used as global ids at the root: the type inside such an id decides the plan.
    var nodeVariables: Set<Int> {
        guard let node = rootType.fields["node"], node.type.name == Catalog.nodeInterface,
            let id = node.arguments.elements.first
        else { return [] }
        var found: Set<Int> = []
        let positions = Dictionary(
            variables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        _ = hasRootField { field in
            guard field.name.value == node.name else { return false }
            for argument in field.arguments where argument.name.value == id.name {
                if case .variable(let name) = argument.value, let position = positions[name.value] {
                    found.insert(position)
                }
            }
            return false
        }
        return found
    }
}
