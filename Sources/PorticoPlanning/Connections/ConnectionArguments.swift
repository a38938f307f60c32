import PorticoAccess
import PorticoCatalog

/// `where`, `orderBy`, `first`, `after`, `last` and `before` of one connection, read for one shape
/// of the request.
struct ConnectionArguments {
    let condition: Condition<PlanOperand>?
    let order: [OrderKey]
    /// How many rows, from the end that the page is read from.
    let size: RowBound
    /// `last`: the page is read from its end.
    let isBackward: Bool
    let after: PlanOperand?
    let before: PlanOperand?

    init(_ arguments: ShapedArguments, on binding: TypeBinding, rules: RuleSet, catalog: Catalog) throws(PlanningError)
    {
        func given(_ name: String) -> ShapedValue? { arguments[name].flatMap { $0.isNull ? nil : $0 } }
        if given("first") != nil, given("last") != nil {
            throw PlanningError(.badInput, "A page is read from one end: give \"first\" or \"last\", not both.")
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

    private static func cursor(_ value: ShapedValue?, _ name: String) throws(PlanningError) -> PlanOperand? {
        switch value {
        case nil: return nil
        case .constant(.string)?, .open?: return value.flatMap(PlanOperand.init)
        case .constant?, .list?, .object?: throw PlanningError(.badInput, "\"\(name)\" is a cursor.")
        }
    }
}
