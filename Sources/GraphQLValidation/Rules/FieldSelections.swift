import GraphQLLanguage
import GraphQLSchema

/// A field is defined by the type that it is selected from.
/// https://spec.graphql.org/September2025/#sec-Field-Selections
enum FieldSelections {
    static let rule = "Field Selections"

    static func check(_ field: Field, on parent: NamedType, definition: FieldType?, _ context: ValidationContext) {
        guard definition == nil else { return }
        context.errors.add(rule, at: field.name.range, message: message(field.name.value, on: parent, context.schema))
    }

    private static func message(_ name: String, on parent: NamedType, _ schema: Schema) -> String {
        let sentence = "Type \(parent.name.quoted) has no field \(name.quoted)."
        guard schema.suggestsNames else { return sentence }
        let owners = (schema.possibleTypes[parent.name] ?? []).filter { schema.type($0)?.fields?[name] != nil }.sorted()
        if !owners.isEmpty {
            return
                "\(sentence) Did you mean to select it in an inline fragment on \(enumeration(owners.map(\.quoted), limit: 3))?"
        }
        return unknownName(sentence, name, among: parent.fields?.names ?? [])
    }
}
