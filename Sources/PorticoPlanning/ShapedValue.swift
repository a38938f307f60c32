import GraphQLSchema
import GraphQLValidation
import PorticoCatalog

/// An argument's value as far as a plan depends on it: its structure is known, its leaves may stay
/// open until a request is bound.
///
/// One plan thus serves all requests of the same shape: `{status: {eq: $s}}` is planned once
/// whatever `$s` is, and a whole filter in one variable is planned once for each structure.
public indirect enum ShapedValue: Sendable, Hashable {
    /// A literal, or a value that the plan is specialised for (null, Booleans, enum values).
    case constant(InputValue)
    /// A scalar or a list of scalars from the request.
    case open(VariablePlace)
    case list([ShapedValue])
    case object([ShapedMember])

    public var isNull: Bool { self == .constant(.null) }

    /// Approximate bytes of its constants.
    var constantBytes: Int {
        switch self {
        case .constant(let value): value.byteCount
        case .open: 0
        case .list(let items): items.reduce(0) { $0 + $1.constantBytes }
        case .object(let members): members.reduce(0) { $0 + $1.value.constantBytes }
        }
    }

    /// Number of nested values, including itself.
    var nodeCount: Int {
        switch self {
        case .constant, .open: 1
        case .list(let items): items.reduce(1) { $0 + $1.nodeCount }
        case .object(let members): members.reduce(1) { $0 + $1.value.nodeCount }
        }
    }
}

public struct ShapedMember: Sendable, Hashable {
    public var name: String
    public var value: ShapedValue
}

/// How much of each variable a plan depends on, decided once per operation.
public struct VariableShapes: Sendable {
    enum Dependence: Sendable {
        /// Always present, and only ever a parameter.
        case none
        /// Whether it is present, and whether it is null.
        case presence
        /// The structure of an input object.
        case structure
        /// Whether it is present, and the type that the global id in it names.
        case nodeType
        case value
    }

    let dependences: [Dependence]
    private let schema: Schema

    public init(_ operation: ValidatedOperation, byValue: Bool) {
        schema = operation.schema
        let nodeVariables = operation.nodeVariables
        dependences = operation.variables.enumerated().map { position, variable in
            // A literal with the variable inside a scalar is one value, known only as a whole.
            if byValue || operation.variablesInsideScalars.contains(position) { return .value }
            if nodeVariables.contains(position) { return .nodeType }
            switch operation.schema.type(variable.type.name) {
            case .inputObject: return .structure
            case .scalar(let scalar) where scalar.name == "Boolean": return .value
            case .enum(let type) where Catalog.isStructural(enum: type.name): return .value
            default: return variable.type.isNonNull ? .none : .presence
            }
        }
    }

    /// The part of a plan's key that the variables decide: empty for most operations.
    public func key(_ variables: VariableValues) -> [UInt8] {
        var key: [UInt8] = []
        for (position, dependence) in dependences.enumerated() {
            let value = position < variables.values.count ? variables.values[position] : nil
            switch dependence {
            case .none: continue
            case .presence: key.append(value == nil ? 0x2D : value == .null ? 0x30 : 0x31)
            case .nodeType:
                // Ids that name no type share one plan: clients must not multiply plans.
                guard case .string(let id)? = value, let type = NodeID.type(of: id), schema.type(type) != nil else {
                    key.append(value == nil ? 0x2D : value == .null ? 0x30 : 0x31)
                    continue
                }
                key += Array("n\(type);".utf8)
            case .structure, .value:
                guard let value else {
                    key.append(0x2D)
                    continue
                }
                Self.append(value, byValue: dependence == .value, to: &key)
            }
        }
        return key
    }

    /// A leaf as the plan sees it: ``ShapedValue``'s constants must differ in the key.
    private static func append(_ value: InputValue, byValue: Bool, to key: inout [UInt8]) {
        switch value {
        case .null: key.append(0x30)
        case .boolean(let flag): key.append(flag ? 0x74 : 0x66)
        case .enumValue(let name): key += Array("e\(name);".utf8)
        case .int(let number): key += byValue ? Array("i\(number);".utf8) : [0x69]
        case .float(let number): key += byValue ? Array("d\(number.bitPattern);".utf8) : [0x64]
        case .string(let text), .json(let text): key += byValue ? Array("s\(text.utf8.count):\(text)".utf8) : [0x73]
        case .list(let items):
            if !byValue, isScalarList(items) {
                key += [0x5B, 0x2A, 0x5D]
                return
            }
            key.append(0x5B)
            for item in items { append(item, byValue: byValue, to: &key) }
            key.append(0x5D)
        case .object(let members):
            key.append(0x7B)
            for member in members {
                key += Array("\(member.name):".utf8)
                append(member.value, byValue: byValue, to: &key)
            }
            key.append(0x7D)
        }
    }

    /// A list of scalars without nulls is one parameter, whatever its length; an empty one is
    /// structure.
    static func isScalarList(_ items: [InputValue]) -> Bool {
        !items.isEmpty
            && items.allSatisfy { item in
                switch item {
                case .int, .float, .string, .enumValue, .boolean, .json: true
                case .null, .list, .object: false
                }
            }
    }

    /// The shape of an argument's value in a request; `nil` if the request omits it.
    func shape(_ symbolic: SymbolicValue, _ variables: VariableValues) -> ShapedValue? {
        switch symbolic {
        case .constant(let value): return Self.shape(constant: value)
        case .scalar: return symbolic.value(with: variables).map(Self.shape(constant:))
        case .list(let items): return .list(items.map { shape($0, variables) ?? .constant(.null) })
        case .object(let members):
            return .object(
                members.compactMap { member in
                    shape(member.value, variables).map { ShapedMember(name: member.name, value: $0) }
                })
        case .variable(let position, let absent):
            guard position < variables.values.count, let value = variables.values[position] else {
                return absent.map(Self.shape(constant:))
            }
            if value == .null { return .constant(.null) }
            let place = VariablePlace(position: position)
            switch dependences[position] {
            case .none, .presence, .nodeType: return .open(place)
            case .structure: return Self.shape(value, at: place)
            case .value: return Self.shape(constant: value)
            }
        }
    }

    private static func shape(constant value: InputValue) -> ShapedValue {
        switch value {
        case .object(let members):
            .object(members.map { ShapedMember(name: $0.name, value: shape(constant: $0.value)) })
        case .list(let items) where !isScalarList(items): .list(items.map(shape(constant:)))
        case .null, .int, .float, .boolean, .string, .enumValue, .list, .json: .constant(value)
        }
    }

    private static func shape(_ value: InputValue, at place: VariablePlace) -> ShapedValue {
        switch value {
        case .null, .boolean, .enumValue: .constant(value)
        case .int, .float, .string, .json: .open(place)
        case .list(let items):
            isScalarList(items)
                ? .open(place) : .list(items.enumerated().map { shape($1, at: place.appending(.element($0))) })
        case .object(let members):
            .object(
                members.map {
                    ShapedMember(name: $0.name, value: shape($0.value, at: place.appending(.member($0.name))))
                })
        }
    }
}
