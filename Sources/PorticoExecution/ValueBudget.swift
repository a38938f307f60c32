import Diagnostics
import PorticoAccess
import PorticoPlanning

/// Bytes that one request's values may still take in its statements or cursors.
///
/// A request of a megabyte can name one long variable in a thousand places, each of which becomes a
/// value of its own. A short document with a long list can do the same, and exceed the loop's time.
struct ValueBudget {
    private let limit: Int
    private var spent = 0
    /// Bytes that may be processed here (``RequestBinding/allowance``).
    private let allowance: Int
    private var worked = 0

    init(_ limits: RuleLimits, allowance: Int) {
        limit = limits[.valueBytes]
        self.allowance = allowance
    }

    /// Counts work in proportion to bytes, whether or not the request sent them.
    mutating func work(_ bytes: Int) throws(ClientError) {
        worked += bytes
        guard worked <= allowance else {
            throw ClientError(
                .unfinished, "the values take more than the \(allowance) bytes that were allowed for them")
        }
    }

    /// Called before values are built that are larger than what the request sent.
    mutating func spend(_ bytes: Int, _ range: SourceRange, _ path: String) throws(ClientError) {
        try work(bytes)
        spent += bytes
        guard spent <= limit else {
            throw ClientError(
                limit: .valueBytes,
                "The operation's values take more than the \(limit) bytes that are allowed, counted wherever they are used.",
                range: range, field: path)
        }
    }
}
