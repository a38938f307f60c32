import GraphQLLanguage
import GraphQLSchema

/// A field of a scalar or enum has no selections, one of an object, interface or union has some.
/// https://spec.graphql.org/September2025/#sec-Leaf-Field-Selections
enum LeafFieldSelections {
    static let rule = "Leaf Field Selections"

    static func check(_ field: Field, definition: FieldType, type: NamedType, _ context: ValidationContext) {
        var words: String { "Field \(field.name.value.quoted) of type \(definition.type.description.quoted)" }
        if type.isLeaf, let set = field.selectionSet {
            context.errors.add(
                rule, at: set.range, message: "\(words) has no fields of its own: leave out its selections.")
        } else if type.isComposite, field.selectionSet == nil {
            context.errors.add(
                rule, at: field.name.range,
                message: "\(words) needs a selection of its fields: did you mean \("\(field.name.value) { … }".quoted)?"
            )
        }
    }
}
