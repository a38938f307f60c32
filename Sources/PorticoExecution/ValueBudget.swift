import Diagnostics
import PorticoAccess
import PorticoPlanning

/// Bytes that the values of one request may still take in its statements, or in what its cursors are bound to.
///
/// A request of a megabyte can name one long variable in a thousand places, each of which becomes a value of its own.
struct ValueBudget {
    private let limit: Int
    private var spent = 0

    init(_ limits: RuleLimits) { limit = limits[.valueBytes] }

    /// To be called before the values are put together, where that takes more than the request has brought.
    mutating func spend(_ bytes: Int, _ range: SourceRange, _ path: String) throws(PlanningError) {
        spent += bytes
        guard spent <= limit else {
            throw PlanningError(.limit(.valueBytes), "The operation's values take more than the \(limit) bytes that are allowed, counted wherever they are used.", range: range, path: path)
        }
    }
}
