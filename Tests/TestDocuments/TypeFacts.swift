import GraphQLSchema

/// What the generator asks of a schema again and again.
public struct TypeFacts: Sendable {
    let schema: Schema
    let roots: [OperationKeyword]
    let missingRoots: [OperationKeyword]
    let compositeNames: [String]
    let leafOrInputNames: [String]
    let inputNames: [String]
    let fieldNames: [String]
    /// For each composite type those that share an object with it, itself included, and those that
    /// do not.
    let overlapping: [String: [String]]
    let apart: [String: [String]]

    public init(_ schema: Schema) {
        self.schema = schema
        let hasMutation = schema.mutationType != nil, hasSubscription = schema.subscriptionType != nil
        roots = [.query] + (hasMutation ? [.mutation] : []) + (hasSubscription ? [.subscription] : [])
        missingRoots = (hasMutation ? [] : [.mutation]) + (hasSubscription ? [] : [.subscription])
        let own = schema.typeOrder.filter { !$0.hasPrefix("__") }.compactMap { schema.type($0) }
        compositeNames = own.filter(\.isComposite).map(\.name)
        leafOrInputNames = own.filter { !$0.isComposite }.map(\.name)
        inputNames = own.filter(\.isInput).map(\.name)
        fieldNames = Array(Set(own.flatMap { $0.fields?.names ?? [] })).sorted()
        var objects: [String: Set<String>] = [:]
        for name in compositeNames {
            objects[name] = (schema.possibleTypes[name] ?? []).union(
                schema.type(name).map { if case .object = $0 { [name] } else { [] } } ?? [])
        }
        var overlapping: [String: [String]] = [:], apart: [String: [String]] = [:]
        for name in compositeNames {
            let mine = objects[name] ?? []
            overlapping[name] = compositeNames.filter { $0 == name || !mine.isDisjoint(with: objects[$0] ?? []) }
            apart[name] = compositeNames.filter { $0 != name && mine.isDisjoint(with: objects[$0] ?? []) }
        }
        (self.overlapping, self.apart) = (overlapping, apart)
    }

    func root(_ kind: OperationKeyword) -> NamedType {
        let type =
            switch kind {
            case .query: schema.queryType
            case .mutation: schema.mutationType ?? schema.queryType
            case .subscription: schema.subscriptionType ?? schema.queryType
            }
        return .object(type)
    }
}
