import ExactText
import GraphQLSchema
import GraphQLValidation
import PorticoCatalog

extension PlanWalk {
    /// `node(nodeId:)`, or `node(id:)`: a load of the type that the id names. What is no id, and an
    /// id of a type that the viewer does not see, is null without a load, as an invisible row is.
    mutating func node(_ field: CollectedField, _ definition: FieldType) throws(PlanningError) -> OutputValue {
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
    /// The variables that stand for a global id at the root: the type inside such an id decides the
    /// plan.
    var nodeVariables: Set<Int> {
        guard let node = rootType.fields["node"], node.type.name == Catalog.nodeInterface,
            let id = node.arguments.elements.first
        else { return [] }
        var found: Set<Int> = []
        let positions = Dictionary(
            variables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var waiting = [operation.selectionSet]
        var seen: Set<String> = []
        while let set = waiting.popLast() {
            for selection in set.selections {
                switch selection {
                case .field(let field):
                    guard field.name.value == node.name else { continue }
                    for argument in field.arguments {
                        if argument.name.value == id.name, case .variable(let name) = argument.value,
                            let position = positions[name.value]
                        {
                            found.insert(position)
                        }
                    }
                case .inlineFragment(let fragment): waiting.append(fragment.selectionSet)
                case .fragmentSpread(let spread):
                    if seen.insert(spread.name.value).inserted, let fragment = fragments[spread.name.value] {
                        waiting.append(fragment.selectionSet)
                    }
                }
            }
        }
        return found
    }
}
