import Diagnostics
import GraphQLLanguage
import GraphQLValidation

extension ClientError {
    /// Adds the place of the field, or of the value in its arguments if that is known.
    func located(in field: CollectedField, _ path: String) -> ClientError {
        placed(argument.map { field.first.range(ofArgument: $0) } ?? field.first.range, field: path)
    }
}

extension Field {
    /// The range of the value at a place such as `where.and[1].status`, or of the innermost part
    /// that the document contains: a variable, or the field itself.
    func range(ofArgument place: String) -> SourceRange {
        var steps = place.split { $0 == "." || $0 == "[" }[...]
        guard let name = steps.popFirst(), let argument = arguments.first(where: { $0.name.value == name }) else {
            return range
        }
        var value = argument.value
        for step in steps {
            switch value {
            case .object(let fields, _):
                guard let field = fields.first(where: { $0.name.value == step }) else { return value.range }
                value = field.value
            case .list(let items, _):
                guard step.last == "]", let index = Int(step.dropLast()), items.indices.contains(index) else {
                    return value.range
                }
                value = items[index]
            // A single value may stand for a list of one.
            case .variable, .int, .float, .string, .boolean, .null, .enumValue: return value.range
            }
        }
        return value.range
    }
}
