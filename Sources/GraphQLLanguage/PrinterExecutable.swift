import Diagnostics

extension DocumentPrinter {
    /// `mayShorten`: whether a query with nothing but selections may be printed as those alone.
    mutating func definition(_ definition: Definition, mayShorten: Bool = true) {
        switch definition {
        case .operation(let operation): operationDefinition(operation, mayShorten: mayShorten)
        case .fragment(let fragment): fragmentDefinition(fragment)
        case .typeSystem(.schema(let schema)): schemaDefinition(schema)
        case .typeSystem(.type(let type)): typeDefinition(type)
        case .typeSystem(.directive(let directive)): directiveDefinition(directive)
        case .typeSystemExtension(.schema(var schema)):
            schema.description = nil
            write("extend ")
            schemaDefinition(schema)
        case .typeSystemExtension(.type(var type)):
            type.description = nil
            write("extend ")
            typeDefinition(type)
        }
    }

    private mutating func operationDefinition(_ operation: OperationDefinition, mayShorten: Bool) {
        let isBare =
            operation.kind == .query && operation.name == nil && operation.variables.isEmpty
            && operation.directives.isEmpty && operation.description == nil
        if !isBare || !mayShorten {
            description(operation.description)
            write(text: operation.kind.rawValue.utf8)
            if let name = operation.name {
                write(" ")
                write(name)
            } else if !operation.variables.isEmpty {
                write(" ")
            }
            list(operation.variables, "(", ")", broken: operation.variables.contains { $0.description != nil }) {
                $0.variableDefinition($1)
            }
            directives(operation.directives)
            write(" ")
        }
        selectionSet(operation.selectionSet)
    }

    private mutating func variableDefinition(_ variable: VariableDefinition) {
        description(variable.description)
        write("$")
        write(variable.name)
        write(": ")
        type(variable.type)
        defaultValue(variable.defaultValue)
        directives(variable.directives)
    }

    private mutating func fragmentDefinition(_ fragment: FragmentDefinition) {
        description(fragment.description)
        write("fragment ")
        write(fragment.name)
        write(" on ")
        write(fragment.typeCondition)
        directives(fragment.directives)
        write(" ")
        selectionSet(fragment.selectionSet)
    }

    mutating func selectionSet(_ selectionSet: SelectionSet) { block(selectionSet.selections) { $0.selection($1) } }

    private mutating func selection(_ selection: Selection) {
        switch selection {
        case .field(let field):
            if let alias = field.alias {
                write(alias)
                write(": ")
            }
            write(field.name)
            arguments(field.arguments)
            directives(field.directives)
            if let inner = field.selectionSet {
                write(" ")
                selectionSet(inner)
            }
        case .fragmentSpread(let spread):
            write("...")
            write(spread.name)
            directives(spread.directives)
        case .inlineFragment(let fragment):
            write("...")
            if let condition = fragment.typeCondition {
                write(" on ")
                write(condition)
            }
            directives(fragment.directives)
            write(" ")
            selectionSet(fragment.selectionSet)
        }
    }

    mutating func arguments(_ arguments: [Argument]) {
        list(arguments, "(", ")") { printer, argument in
            printer.write(argument.name)
            printer.write(": ")
            printer.value(argument.value)
        }
    }

    /// Each after a space.
    mutating func directives(_ directives: [Directive]) {
        for directive in directives {
            write(" ")
            self.directive(directive)
        }
    }

    mutating func directive(_ directive: Directive) {
        write("@")
        write(directive.name)
        arguments(directive.arguments)
    }
}
