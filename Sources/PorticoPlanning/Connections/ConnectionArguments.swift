import PorticoAccess
import PorticoCatalog

/// `where`, `orderBy`, `first`, `after`, `last` and `before` of one connection and request shape.
struct ConnectionArguments {
    let condition: Condition<PlanOperand>?
    let order: [OrderKey]
    /// Number of rows, counted from the end at which reading starts.
    let size: RowBound
    /// `last`: the page is read backward.
    let isBackward: Bool
    let after: PlanOperand?
    let before: PlanOperand?

    init(
        _ arguments: ShapedArguments, on binding: TypeBinding, rules: CompiledPolicy, catalog: Catalog
    ) throws(ClientError) {
        func given(_ name: String) -> ShapedValue? { arguments[name].flatMap { $0.isNull ? nil : $0 } }
        if given("first") != nil, given("last") != nil {
            throw ClientError(.badInput, "A page is read from one end: give \"first\" or \"last\", not both.")
        }
        isBackward = given("last") != nil
        let name = isBackward ? "last" : "first"
        let plain = try ListArguments(arguments.only("where", "orderBy"), on: binding, rules: rules, catalog: catalog)
        condition = plain.condition
        order = plain.order
        size = try ListArguments.bound(
            given(name), name: name, otherwise: rules.limits[.defaultFirst], maximum: rules.limits[.first])
        after = try Self.cursor(given("after"), "after")
        before = try Self.cursor(given("before"), "before")
    }

    private static func cursor(_ value: ShapedValue?, _ name: String) throws(ClientError) -> PlanOperand? {
        switch value {
        case nil: return nil
        case .constant(.string)?, .open?: return value.flatMap(PlanOperand.init)
        case .constant?, .list?, .object?: throw ClientError(.badInput, "\"\(name)\" is a cursor.")
        }
    }
}
