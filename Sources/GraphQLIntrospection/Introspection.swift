import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes

/// Answers `__schema` and `__type` (section 4) from the schema that an operation was validated
/// against, so that a viewer learns only of its own schema.
public struct Introspection {
    /// Writes the value of one meta field, without its key: an object, or `null` for a `__type`
    /// that does not exist.
    ///
    /// Throws ``IntrospectionFailure`` when the value exceeds ``IntrospectionLimits/bytes``;
    /// `buffer` is then unchanged. Its recursion is as deep as the operation, which
    /// ``ValidationLimits/nesting`` bounds; ``ValidationLimits/introspectionLists`` bounds the
    /// nesting of lists.
    ///
    /// - Parameters:
    ///   - nodes: All selections of one response name at the root of `operation`, from
    ///     ``collectFields(_:on:in:variables:)``.
    ///   - variables: Coerced for `operation`.
    public static func write(
        _ nodes: [Field], of operation: ValidatedOperation, variables: VariableValues, into buffer: ResponseBuffer,
        limits: IntrospectionLimits = .init()
    ) throws(IntrospectionFailure) {
        guard let first = nodes.first else { return buffer.append("null") }
        let compiler = SelectionCompiler(operation: operation, variables: variables)
        let field = CollectedField(responseKey: first.responseKey.value, nodes: nodes)
        let writer = IntrospectionWriter(schema: operation.schema, buffer: buffer, limits: limits)
        do throws(IntrospectionFailure) {
            switch first.name.value {
            case MetaFields.schema.name: try writer.write(compiler.selection(of: field, SchemaMember.self))
            case MetaFields.type.name:
                guard let name = compiler.text("name", of: field), operation.schema.type(name) != nil else {
                    return buffer.append("null")
                }
                try writer.write(.named(name), compiler.selection(of: field, TypeMember.self))
            default: buffer.append("null")
            }
        } catch {
            buffer.truncate(to: writer.start)
            throw error
        }
    }
}

public struct IntrospectionLimits: Sendable, Equatable {
    /// Bytes of one meta field's value. Guards against answers that grow with a power of the
    /// schema's size: every type's fields' types' fields.
    public var bytes: Int

    public init(bytes: Int = 16 << 20) { self.bytes = bytes }
}

/// The answer would exceed ``IntrospectionLimits/bytes``.
public struct IntrospectionFailure: Error, Sendable, Equatable {
    /// Bytes.
    public var limit: Int

    public init(limit: Int) { self.limit = limit }

    /// One sentence, which clients may see.
    public var message: String { "The answer to this introspection exceeds \(limit) bytes." }
}
