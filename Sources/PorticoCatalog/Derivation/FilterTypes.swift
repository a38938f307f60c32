import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// `TicketFilter` for each filtered type, and `TicketListFilter` for each list inside a filter.
struct FilterTypes {
    let schema: Schema
    let bindings: [String: TypeBinding]
    let file: String
    /// The operators that the filters use, such as `StringFilter`.
    private(set) var operators: OperatorTypes
    private(set) var problems: [Diagnostic] = []
    private var filters: [String: TypeDefinition] = [:]
    private var listFilters: [String: TypeDefinition] = [:]

    init(schema: Schema, bindings: [String: TypeBinding], file: String) {
        self.schema = schema
        self.bindings = bindings
        self.file = file
        operators = OperatorTypes(schema: schema)
    }

    static func name(of type: String) -> String { "\(type)Filter" }
    static func listName(of type: String) -> String { "\(type)ListFilter" }

    /// In the order of the document: a type's filter, then its list filter.
    var definitions: [(DerivedType, TypeDefinition)] {
        schema.typeOrder.flatMap { type -> [(DerivedType, TypeDefinition)] in
            let filter = filters[type].map { [(DerivedType.filter(of: type), $0)] } ?? []
            return filter + (listFilters[type].map { [(DerivedType.listFilter(of: type), $0)] } ?? [])
        }
    }

    /// Adds the filter of a type and of every type that it leads to.
    mutating func require(_ type: String) {
        var pending = [type]
        while let next = pending.popLast() {
            guard filters[next] == nil, let binding = bindings[next], let fields = schema.type(next)?.fields,
                let range = fields.elements.first?.range
            else { continue }
            var inputs: [InputValueDefinition] = []
            for field in fields {
                if ["and", "or", "not"].contains(field.name) {
                    problems.report(
                        "The field `\(field.name)` of \(next) cannot be filtered: the name is one of the filter's own.",
                        file: file, range: field.range)
                    continue
                }
                switch binding.fields[field.name] {
                case .column(let column)?, .computed(let column)?:
                    inputs.append(operators.input(for: field, column: column))
                case .relation(let relation)?:
                    inputs.append(input(for: field, relation))
                    pending.append(relation.target)
                case nil: continue
                }
            }
            let name = Self.name(of: next)
            inputs.append(
                derivedInput(
                    "and", .derivedList(name, range: range), "All of these hold; an empty list is true.", range: range))
            inputs.append(
                derivedInput(
                    "or", .derivedList(name, range: range), "At least one of these holds; an empty list is false.",
                    range: range))
            inputs.append(derivedInput("not", .derived(name, range: range), "This does not hold.", range: range))
            filters[next] = TypeDefinition(
                description: derivedDescription(
                    "What must hold of a \(next): every key that is given; without any it is true."),
                name: Name(name, range: range), kind: .inputObject(fields: inputs), range: range)
        }
    }

    private mutating func input(for field: FieldType, _ relation: RelationBinding) -> InputValueDefinition {
        switch relation.cardinality {
        case .one:
            return derivedInput(
                field.name, .derived(Self.name(of: relation.target), range: field.range),
                "There is a \(relation.target) behind `\(field.name)` and this holds of it.", range: field.range)
        case .many:
            requireList(of: relation.target, range: field.range)
            return derivedInput(
                field.name, .derived(Self.listName(of: relation.target), range: field.range),
                "What holds of the rows of `\(field.name)`.", range: field.range)
        }
    }

    private mutating func requireList(of type: String, range: SourceRange) {
        guard listFilters[type] == nil else { return }
        let filter = TypeReference.derived(Self.name(of: type), range: range)
        listFilters[type] = TypeDefinition(
            description: derivedDescription("What holds of a list of \(type)."),
            name: Name(Self.listName(of: type), range: range),
            kind: .inputObject(fields: [
                derivedInput("some", filter, "At least one row for which this holds.", range: range),
                derivedInput("every", filter, "No row for which this does not hold.", range: range),
                derivedInput("none", filter, "No row for which this holds.", range: range),
            ]), range: range)
    }
}
