import GraphQLSchema
import JSONBytes

/// Writes introspection's objects, member by member, from the schema.
struct IntrospectionWriter {
    let schema: Schema
    let buffer: ResponseBuffer
    let limits: IntrospectionLimits
    /// Bytes already in the buffer at the start.
    let start: Int

    init(schema: Schema, buffer: ResponseBuffer, limits: IntrospectionLimits) {
        self.schema = schema
        self.buffer = buffer
        self.limits = limits
        start = buffer.count
    }

    // MARK: Objects (section 4.2)

    func write(_ selection: MemberSelection<SchemaMember>) throws(IntrospectionFailure) {
        try object(selection) { member throws(IntrospectionFailure) in
            switch member {
            case .typename: buffer.appendJSONString(SchemaMember.typeName)
            case .description: string(schema.description)
            case .types(let inner):
                try list(schema.typeOrder) { name throws(IntrospectionFailure) in try write(.named(name), inner) }
            case .queryType(let inner): try write(.named(schema.queryType.name), inner)
            case .mutationType(let inner): try write(root: schema.mutationType, inner)
            case .subscriptionType(let inner): try write(root: schema.subscriptionType, inner)
            case .directives(let inner):
                try list(schema.directiveOrder.compactMap { schema.directives[$0] }) {
                    directive throws(IntrospectionFailure) in try write(directive, inner)
                }
            }
        }
    }

    private func write(root: ObjectType?, _ selection: MemberSelection<TypeMember>) throws(IntrospectionFailure) {
        guard let root else { return buffer.append("null") }
        try write(.named(root.name), selection)
    }

    func write(_ type: WrappedType, _ selection: MemberSelection<TypeMember>) throws(IntrospectionFailure) {
        let named: NamedType? = if case .named(let name) = type { schema.type(name) } else { nil }
        try object(selection) { member throws(IntrospectionFailure) in
            switch member {
            case .typename: buffer.appendJSONString(TypeMember.typeName)
            case .kind: buffer.append(kind(of: type, named))
            case .name: string(named?.name)
            case .description: string(named?.description)
            case .specifiedByURL:
                if case .scalar(let scalar)? = named { string(scalar.specifiedByURL) } else { buffer.append("null") }
            case .isOneOf:
                if case .inputObject(let input)? = named { boolean(input.isOneOf) } else { buffer.append("null") }
            case .fields(let inner, let includeDeprecated):
                let fields = named?.fields?.elements.filter { includeDeprecated || $0.deprecationReason == nil }
                try nullableList(fields) { field throws(IntrospectionFailure) in try write(field, inner) }
            case .interfaces(let inner): try types(named?.interfaceNames, inner)
            case .possibleTypes(let inner): try types(named.flatMap(possibleTypes), inner)
            case .enumValues(let inner, let includeDeprecated):
                let values = named?.enumValues?.filter { includeDeprecated || $0.deprecationReason == nil }
                try nullableList(values) { value throws(IntrospectionFailure) in try write(value, inner) }
            case .inputFields(let inner, let includeDeprecated):
                let fields = named?.inputFields?.filter { includeDeprecated || $0.deprecationReason == nil }
                try nullableList(fields) { field throws(IntrospectionFailure) in try write(field, inner) }
            case .ofType(let inner):
                switch type {
                case .named: buffer.append("null")
                case .list(let item), .nonNull(let item): try write(item, inner)
                }
            }
        }
    }

    private func write(_ field: FieldType, _ selection: MemberSelection<FieldMember>) throws(IntrospectionFailure) {
        try object(selection) { member throws(IntrospectionFailure) in
            switch member {
            case .typename: buffer.appendJSONString(FieldMember.typeName)
            case .name: buffer.appendJSONString(field.name)
            case .description: string(field.description)
            case .args(let inner, let includeDeprecated): try arguments(field.arguments, includeDeprecated, inner)
            case .type(let inner): try write(field.type, inner)
            case .isDeprecated: boolean(field.deprecationReason != nil)
            case .deprecationReason: string(field.deprecationReason)
            }
        }
    }

    private func write(_ input: InputField, _ selection: MemberSelection<InputValueMember>) throws(IntrospectionFailure)
    {
        try object(selection) { member throws(IntrospectionFailure) in
            switch member {
            case .typename: buffer.appendJSONString(InputValueMember.typeName)
            case .name: buffer.appendJSONString(input.name)
            case .description: string(input.description)
            case .type(let inner): try write(input.type, inner)
            case .defaultValue: string(input.defaultLiteral)
            case .isDeprecated: boolean(input.deprecationReason != nil)
            case .deprecationReason: string(input.deprecationReason)
            }
        }
    }

    private func write(_ value: EnumValue, _ selection: MemberSelection<EnumValueMember>) throws(IntrospectionFailure) {
        try object(selection) { member throws(IntrospectionFailure) in
            switch member {
            case .typename: buffer.appendJSONString(EnumValueMember.typeName)
            case .name: buffer.appendJSONString(value.name)
            case .description: string(value.description)
            case .isDeprecated: boolean(value.deprecationReason != nil)
            case .deprecationReason: string(value.deprecationReason)
            }
        }
    }

    private func write(
        _ directive: DirectiveType, _ selection: MemberSelection<DirectiveMember>
    ) throws(IntrospectionFailure) {
        try object(selection) { member throws(IntrospectionFailure) in
            switch member {
            case .typename: buffer.appendJSONString(DirectiveMember.typeName)
            case .name: buffer.appendJSONString(directive.name)
            case .description: string(directive.description)
            case .isRepeatable: boolean(directive.isRepeatable)
            case .locations:
                try list(directive.locations) { location throws(IntrospectionFailure) in
                    buffer.appendJSONString(location)
                }
            case .args(let inner, let includeDeprecated): try arguments(directive.arguments, includeDeprecated, inner)
            }
        }
    }

    // MARK: Parts of them

    private func arguments(
        _ arguments: InputMap, _ includeDeprecated: Bool, _ selection: MemberSelection<InputValueMember>
    ) throws(IntrospectionFailure) {
        let shown = arguments.elements.filter { includeDeprecated || $0.deprecationReason == nil }
        try list(shown) { argument throws(IntrospectionFailure) in try write(argument, selection) }
    }

    private func types(_ names: [String]?, _ selection: MemberSelection<TypeMember>) throws(IntrospectionFailure) {
        try nullableList(names) { name throws(IntrospectionFailure) in try write(.named(name), selection) }
    }

    /// In the order of the document; `nil` for what is neither an interface nor a union.
    private func possibleTypes(_ type: NamedType) -> [String]? {
        switch type {
        case .union(let union): union.members
        case .interface(let interface):
            schema.implementations[interface.name, default: []].filter { schema.isPossible($0, for: interface.name) }
        case .scalar, .object, .enum, .inputObject: nil
        }
    }

    /// Section 4.2.2, as a JSON string.
    private func kind(of type: WrappedType, _ named: NamedType?) -> StaticString {
        switch type {
        case .list: "\"LIST\""
        case .nonNull: "\"NON_NULL\""
        case .named:
            switch named {
            case .scalar?, nil: "\"SCALAR\""
            case .object?: "\"OBJECT\""
            case .interface?: "\"INTERFACE\""
            case .union?: "\"UNION\""
            case .enum?: "\"ENUM\""
            case .inputObject?: "\"INPUT_OBJECT\""
            }
        }
    }

    // MARK: JSON

    private func object<Member>(
        _ selection: MemberSelection<Member>, _ write: (Member) throws(IntrospectionFailure) -> Void
    ) throws(IntrospectionFailure) {
        buffer.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, member) in selection.members {
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            buffer.append(utf8: key)
            try write(member)
            if buffer.count - start > limits.bytes { throw IntrospectionFailure(limit: limits.bytes) }
        }
        buffer.append(UInt8(ascii: "}"))
    }

    private func list<Element>(
        _ elements: [Element], _ write: (Element) throws(IntrospectionFailure) -> Void
    ) throws(IntrospectionFailure) {
        buffer.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            try write(element)
        }
        buffer.append(UInt8(ascii: "]"))
    }

    private func nullableList<Element>(
        _ elements: [Element]?, _ write: (Element) throws(IntrospectionFailure) -> Void
    ) throws(IntrospectionFailure) {
        guard let elements else { return buffer.append("null") }
        try list(elements, write)
    }

    private func string(_ text: String?) {
        if let text { buffer.appendJSONString(text) } else { buffer.append("null") }
    }

    private func boolean(_ value: Bool) {
        if value { buffer.append("true") } else { buffer.append("false") }
    }
}

extension NamedType {
    fileprivate var interfaceNames: [String]? {
        switch self {
        case .object(let type): type.interfaces
        case .interface(let type): type.interfaces
        case .scalar, .union, .enum, .inputObject: nil
        }
    }

    fileprivate var enumValues: [EnumValue]? {
        if case .enum(let type) = self { type.values.elements } else { nil }
    }

    fileprivate var inputFields: [InputField]? {
        if case .inputObject(let type) = self { type.fields.elements } else { nil }
    }
}
