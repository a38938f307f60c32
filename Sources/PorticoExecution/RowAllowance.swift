/// How many rows the loads of one request may still bring, those in flight included: what is
/// promised to one is not promised to another.
struct RowAllowance {
    let limit: Int
    private(set) var arrived = 0
    private(set) var promised = 0
    private var inFlight = 0

    init(limit: Int) { self.limit = limit }

    /// Rows that are promised to nobody.
    var left: Int { max(0, limit - arrived - promised) }

    /// Promises a load as many rows as it can bring at the most, or all that are left where nothing
    /// else is in flight: if it brings more, the limit is exceeded.
    /// - Returns: `nil` where it has to wait for the rows of others, of which most will not come.
    mutating func promise(atMost bound: Int) -> Int? {
        guard bound <= left || inFlight == 0 else { return nil }
        let promise = min(bound, left)
        inFlight += 1
        promised += promise
        return promise
    }

    /// A load has brought its rows, or none.
    /// - Returns: false where there are more than there may be.
    mutating func settle(_ promise: Int, rows: Int) -> Bool {
        promised -= promise
        inFlight -= 1
        arrived += rows
        return arrived <= limit
    }
}
