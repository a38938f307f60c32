import Diagnostics
import PorticoAccess
import PorticoPlanning

/// Bytes that the values of one request may still take in its statements, or in what its cursors
/// are bound to.
///
/// A request of a megabyte can name one long variable in a thousand places, each of which becomes a
/// value of its own; and so can a document of a few lines with a long list, which then takes longer
/// than the loop has for it.
struct ValueBudget {
    private let limit: Int
    private var spent = 0
    /// Bytes that may be worked on here (``RequestBinding/allowance``).
    private let allowance: Int
    private var worked = 0

    init(_ limits: RuleLimits, allowance: Int) {
        limit = limits[.valueBytes]
        self.allowance = allowance
    }

    /// To be called for what takes as long as it has bytes, whether or not the request brought
    /// them.
    mutating func work(_ bytes: Int) throws(PlanningError) {
        worked += bytes
        guard worked <= allowance else {
            throw PlanningError(
                .allowance, "The values take more than the \(allowance) bytes that were allowed for them.")
        }
    }

    /// To be called before the values are put together, where that takes more than the request has
    /// brought.
    mutating func spend(_ bytes: Int, _ range: SourceRange, _ path: String) throws(PlanningError) {
        try work(bytes)
        spent += bytes
        guard spent <= limit else {
            throw PlanningError(
                .limit(.valueBytes),
                "The operation's values take more than the \(limit) bytes that are allowed, counted wherever they are used.",
                range: range, path: path)
        }
    }
}
