import Diagnostics
import PorticoCatalog

/// One connection of a plan: which rows of its list it shows, and what its cursors are valid for.
public struct Page: Sendable {
    /// Index in ``AuthorizedPlan/pages``.
    public let index: Int
    /// The response path of the field, such as `tenant.ticketsConnection`.
    public let path: String
    /// Of the field in the document.
    public let range: SourceRange
    public let size: RowBound
    /// The argument of ``size``: `first`, or `last` for a page that is read backward.
    public let sizeName: String
    public let isBackward: Bool
    /// Whether one row beyond the page is loaded, to know whether there are more.
    public let looksBeyond: Bool
    public let after: PlanOperand?
    public let before: PlanOperand?
    public let order: [OrderKey]
    /// The cells of a row that form its cursor, in the keys' order; empty if no cursor is selected.
    public let cursorCells: [Int]
    public let use: CursorUse

    public func cursor(_ side: CursorSide) -> PlanOperand? {
        switch side {
        case .after: after
        case .before: before
        }
    }
}

/// The arguments that take a cursor; the raw value is the argument's name.
public enum CursorSide: String, Sendable, Hashable, CaseIterable { case after, before }

/// A page while the selections of its connection are being planned.
final class PageDraft {
    let index: Int
    let path: String
    let range: SourceRange
    let arguments: ConnectionArguments
    let use: CursorUse
    private let nullable: [Bool]
    var looksBeyond = false
    /// The load of its rows, once they are selected.
    var rows: LoadDraft?
    private var cursorCells: [Int] = []

    init(index: Int, path: String, range: SourceRange, arguments: ConnectionArguments, use: CursorUse, nullable: [Bool])
    {
        self.index = index
        self.path = path
        self.range = range
        self.arguments = arguments
        self.use = use
        self.nullable = nullable
    }

    /// Adds the columns of a cursor to the rows.
    func selectCursor(_ rows: LoadDraft) {
        if cursorCells.isEmpty { cursorCells = arguments.order.map { rows.cell($0.column) } }
    }

    /// The cursors that bound the rows, each with the order in which rows must be behind it.
    var bounds: [(side: CursorSide, keyset: Keyset)] {
        var bounds: [(CursorSide, Keyset)] = []
        if arguments.after != nil { bounds.append((.after, Keyset(order: arguments.order, nullable: nullable))) }
        if arguments.before != nil {
            bounds.append((.before, Keyset(order: arguments.order.reversedOrder, nullable: nullable)))
        }
        return bounds
    }

    /// The cursor at which the page's other side begins, with the order in which the rows beyond it
    /// are at it or behind; `nil` if the list begins there.
    var otherSide: (side: CursorSide, keyset: Keyset)? {
        if arguments.isBackward {
            return arguments.before.map { _ in (.before, Keyset(order: arguments.order, nullable: nullable)) }
        }
        return arguments.after.map { _ in (.after, Keyset(order: arguments.order.reversedOrder, nullable: nullable)) }
    }

    func finish() -> Page {
        Page(
            index: index, path: path, range: range, size: arguments.size,
            sizeName: arguments.isBackward ? "last" : "first", isBackward: arguments.isBackward,
            looksBeyond: looksBeyond, after: arguments.after, before: arguments.before, order: arguments.order,
            cursorCells: cursorCells, use: use)
    }
}
