import Diagnostics

extension DocumentPrinter {
    mutating func schemaDefinition(_ schema: SchemaDefinition) {
        description(schema.description)
        write("schema")
        directives(schema.directives)
        if !schema.operationTypes.isEmpty { write(" ") }
        block(schema.operationTypes) { printer, type in
            printer.write(text: type.kind.rawValue.utf8)
            printer.write(": ")
            printer.write(type.type)
        }
    }

    mutating func typeDefinition(_ type: TypeDefinition) {
        description(type.description)
        switch type.kind {
        case .scalar: head("scalar ", type)
        case .object(let interfaces, let fields):
            head("type ", type, interfaces: interfaces)
            fieldsDefinition(fields)
        case .interface(let interfaces, let fields):
            head("interface ", type, interfaces: interfaces)
            fieldsDefinition(fields)
        case .union(let members):
            head("union ", type)
            if !members.isEmpty { write(" =") }
            alternatives(members)
        case .enum(let values):
            head("enum ", type)
            if !values.isEmpty { write(" ") }
            block(values) { $0.enumValueDefinition($1) }
        case .inputObject(let fields):
            head("input ", type)
            if !fields.isEmpty { write(" ") }
            block(fields) { $0.inputValueDefinition($1) }
        }
    }

    /// The keyword, the name, the interfaces and the directives, without a space after them.
    private mutating func head(_ keyword: StaticString, _ type: TypeDefinition, interfaces: [Name] = []) {
        write(keyword)
        write(type.name)
        for (index, interface) in interfaces.enumerated() {
            index == 0 ? write(" implements ") : write(" & ")
            write(interface)
        }
        directives(type.directives)
    }

    private mutating func fieldsDefinition(_ fields: [FieldDefinition]) {
        if !fields.isEmpty { write(" ") }
        block(fields) { printer, field in
            printer.description(field.description)
            printer.write(field.name)
            printer.argumentsDefinition(field.arguments)
            printer.write(": ")
            printer.type(field.type)
            printer.directives(field.directives)
        }
    }

    private mutating func argumentsDefinition(_ arguments: [InputValueDefinition]) {
        list(arguments, "(", ")", broken: arguments.contains { $0.description != nil }) { $0.inputValueDefinition($1) }
    }

    private mutating func inputValueDefinition(_ input: InputValueDefinition) {
        description(input.description)
        write(input.name)
        write(": ")
        type(input.type)
        defaultValue(input.defaultValue)
        directives(input.directives)
    }

    private mutating func enumValueDefinition(_ value: EnumValueDefinition) {
        description(value.description)
        write(value.name)
        directives(value.directives)
    }

    mutating func directiveDefinition(_ directive: DirectiveDefinition) {
        description(directive.description)
        write("directive @")
        write(directive.name)
        argumentsDefinition(directive.arguments)
        if directive.isRepeatable { write(" repeatable") }
        write(" on")
        alternatives(directive.locations)
    }

    /// ` A | B`, or each on a line of its own after a `|` if that exceeds the width.
    private mutating func alternatives(_ names: [Name]) {
        let flat = names.reduce(-2) { $0 + $1.value.utf8.count + 3 }
        if output.count - lineStart + flat <= Self.width {
            for (index, name) in names.enumerated() {
                index == 0 ? write(" ") : write(" | ")
                write(name)
            }
        } else {
            indented { printer in
                for name in names {
                    printer.newIndentedLine()
                    printer.write("| ")
                    printer.write(name)
                }
            }
        }
    }
}
