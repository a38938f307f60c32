import Diagnostics
import GraphQLLanguage
import GraphQLValidation

extension PlanningError {
    /// With the place of the field that it concerns, or of the very value in its arguments where
    /// that is known.
    func located(in field: CollectedField, _ path: String) -> PlanningError {
        var error = self
        error.range = range ?? argument.map { field.first.range(ofArgument: $0) } ?? field.first.range
        error.path = self.path ?? path
        return error
    }
}

extension Field {
    /// Of the value at a place such as `where.and[1].status`, or of what encloses it as far as the
    /// document spells that: a variable, or the field itself.
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
            // One value stands for a list of one.
            case .variable, .int, .float, .string, .boolean, .null, .enumValue: return value.range
            }
        }
        return value.range
    }
}
