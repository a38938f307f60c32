/// How many rows the loads of one request may still bring, without those promised to others.
struct RowAllowance {
    let limit: Int
    private(set) var arrived = 0
    private(set) var promised = 0
    private var inFlight = 0

    init(limit: Int) { self.limit = limit }

    /// Rows that are not promised.
    var left: Int { max(0, limit - arrived - promised) }

    /// Promises a load as many rows as it can bring, or all that are left if nothing else is in
    /// flight; if it brings more, the limit is exceeded.
    /// - Returns: `nil` if it has to wait for loads in flight, which mostly bring fewer rows.
    mutating func promise(atMost bound: Int) -> Int? {
        guard bound <= left || inFlight == 0 else { return nil }
        let promise = min(bound, left)
        inFlight += 1
        promised += promise
        return promise
    }

    /// Records that a load has completed.
    /// - Returns: false if the limit is exceeded.
    mutating func settle(_ promise: Int, rows: Int) -> Bool {
        promised -= promise
        inFlight -= 1
        arrived += rows
        return arrived <= limit
    }
}
