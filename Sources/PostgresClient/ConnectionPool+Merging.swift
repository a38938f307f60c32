import PostgresSQL

/// Merges runs of one statement that arrive in the same turn of the loop, or wait for a connection
/// at the same time, each with its own values (``PostgresSQL/StatementMerge``).
///
/// There is no timer and no delay: nothing is written to a connection before the end of a turn, and
/// until then more runs may arrive. Runs with few rows are merged even if connections idle, since a
/// statement costs more than their rows; runs with many rows are distributed over idle connections,
/// so that PostgreSQL processes them in parallel. Each run keeps its deadline and can be cancelled.
/// If the merged statement fails, each run is repeated by itself, so that an error affects only the
/// run that caused it.
extension ConnectionPool {
    /// Rows of a merged statement per key. Guards against long lists that delay short ones.
    static let mergedRowsPerKey = 10
    /// Rows up to which a run waits for runs to merge with, even if a connection idles.
    static let rowsOfASmallRun = 64
    /// Rows of a merged statement above which runs are distributed to other idle connections.
    static let rowsBeforeSharing = 256
    /// Bytes of the values of a merged statement, in which each value is repeated for every key of
    /// its run. Guards against one long value that is sent hundreds of times.
    static let mergedBytes = 256 << 10

    /// Bytes of a merged statement's result; beyond it, each of its runs is repeated by itself,
    /// within its own request's limit. Guards against one run's long rows that delay all others.
    static let mergedResultBytes = 4 << 20

    /// Indexes a waiting statement, so that it can be merged.
    func remember(_ pending: PendingStatement) {
        guard state.limits.mergedKeys > 0, pending.mayMerge else { return }
        likes[ObjectIdentifier(pending.statement), default: []].append(pending)
    }

    /// A waiting statement is unwanted. Dead entries are removed once they are the majority.
    func forgetLike(_ pending: PendingStatement) {
        guard pending.mayMerge, !likes.isEmpty else { return }
        deadLikes += 1
        guard deadLikes > 64, deadLikes > state.waitingCount else { return }
        deadLikes = 0
        likes = likes.compactMapValues { waiting in
            let live = waiting.filter(\.isWaiting)
            return live.isEmpty ? nil : live
        }
    }

    /// What is sent for a waiting statement: itself, or one merged from all waiting runs of it.
    func withItsLike(_ pending: PendingStatement) -> PendingStatement {
        guard pending.mayMerge, !likes.isEmpty else { return pending }
        let key = ObjectIdentifier(pending.statement)
        guard let waiting = likes.removeValue(forKey: key) else { return pending }
        // What is sent by itself is no longer available for merging.
        if state.waitingCount == 0 { likes.removeAll(keepingCapacity: true) }
        guard waiting.count > 1, let merge = pending.statement.merge,
            let size = merge.size(of: pending.parameters)
        else { return pending }
        guard size.bytes <= Self.mergedBytes else {
            // The others may still be merged.
            let others = waiting.filter { $0 !== pending && $0.isWaiting }
            if !others.isEmpty { likes[key] = others }
            return pending
        }
        var members = [pending], whole = size, rest: [PendingStatement] = []
        let keyLimit = state.limits.mergedKeys,
            rowLimit = min(keyLimit * Self.mergedRowsPerKey, rowsForEach(size.rows, of: waiting.count))
        for other in waiting where other !== pending && other.isWaiting && other.deadline > reactor.now {
            if state.mayGoTogether(pending.fairnessKey, other.fairnessKey, statement: pending.kind),
                whole.keys < keyLimit, whole.rows < rowLimit, let size = merge.size(of: other.parameters),
                whole.keys + size.keys <= keyLimit, size.rows <= rowLimit - whole.rows,
                size.bytes <= Self.mergedBytes - whole.bytes
            {
                whole.keys += size.keys
                whole.rows += size.rows
                whole.bytes += size.bytes
                members.append(other)
            } else {
                rest.append(other)
            }
        }
        if !rest.isEmpty { likes[key] = rest }
        return members.count > 1 ? together(members, merge) : pending
    }

    /// Whether a run brings so few rows that its own statement would cost more than they do. A
    /// larger run that finds an idle connection gains nothing from merging.
    func isSmall(_ pending: PendingStatement) -> Bool {
        guard let size = pending.statement.merge?.size(of: pending.parameters) else { return false }
        return size.rows <= Self.rowsOfASmallRun
    }

    /// Rows per connection if each of the waiting runs brings about as many as the first.
    private func rowsForEach(_ rows: Int, of count: Int) -> Int {
        let idle = state.idleCount
        guard idle > 0 else { return .max }
        let (all, overflow) = rows.multipliedReportingOverflow(by: count)
        return overflow ? .max : max(Self.rowsBeforeSharing, all / (idle + 1) + 1)
    }

    private func together(_ members: [PendingStatement], _ merge: StatementMerge) -> PendingStatement {
        let call = merge.call(members.map(\.parameters))
        var deadline = 0
        for member in members { deadline = max(deadline, member.deadline) }
        let whole = PendingStatement(
            statement: merge.statement, parameters: call.parameters, deadline: deadline,
            fairnessKey: members[0].fairnessKey
        ) { [unowned self] result in
            share(result, of: call, members, merge)
        }
        whole.members = members
        for (position, member) in members.enumerated() {
            countWait(of: member)
            member.place = .merged(into: whole)
            // The first has already left the queue.
            if position > 0 { state.forgotWaiter() }
        }
        statistics.merged += members.count
        return whole
    }

    /// A member was answered early; if it was the last live one, the merged statement is dropped.
    func lostMember(of whole: PendingStatement) {
        guard whole.isLive, !whole.members.contains(where: \.isLive) else { return }
        whole.forget()
        whole.members = []
        if case .waiting = whole.place {
            whole.place = .done
            state.forgotWaiter()
        } else {
            lookAfterAbandoned()
        }
    }

    /// Gives each run its rows, or repeats each by itself.
    private func share(
        _ result: Result<ResultSet, DatabaseFailure>, of call: MergedCall, _ members: [PendingStatement],
        _ merge: StatementMerge
    ) {
        for member in members { member.place = .done }
        switch result {
        case .success(let rows):
            let isCut = call.rowLimit.map { rows.rowCount >= $0 } ?? false
            guard !isCut, let parts = rows.parts(call.ordinals, hasOwnOrdinal: merge.hasOwnOrdinal) else {
                return runApart(members)
            }
            for (member, part) in zip(members, parts) { member.answer(.success(part)) }
        case .failure(let failure) where failure.kind == .unavailable:
            for member in members where !(member.hasTwin && member.restsOnTwin) { member.answer(.failure(failure)) }
        case .failure: runApart(members)
        }
    }

    private func runApart(_ members: [PendingStatement]) {
        for member in members where member.isLive && !(member.hasTwin && member.restsOnTwin) {
            // A run that already has a twin continues there.
            member.mustRunAlone = true
            statistics.runApart += 1
            admit(member)
        }
    }
}

extension ResultSet {
    /// The rows of each run of a merged statement; `nil` if a row belongs to none.
    ///
    /// Rows usually arrive in the order of their ordinals.
    func parts(_ runs: [Range<Int>], hasOwnOrdinal: Bool) -> [ResultSet]? {
        var ends = [Int](repeating: 0, count: runs.count), run = 0
        for row in 0..<rowCount {
            guard let ordinal = ordinal(ofRow: row), ordinal < runs[runs.count - 1].upperBound else { return nil }
            if ordinal < runs[run].lowerBound { return scattered(runs, hasOwnOrdinal: hasOwnOrdinal) }
            while ordinal >= runs[run].upperBound {
                ends[run] = row
                run += 1
            }
        }
        for rest in run..<runs.count { ends[rest] = rowCount }
        return runs.indices.map {
            part(.range(($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0]), of: runs[$0], hasOwnOrdinal: hasOwnOrdinal)
        }
    }

    private func scattered(_ runs: [Range<Int>], hasOwnOrdinal: Bool) -> [ResultSet]? {
        var places = [[Int32]](repeating: [], count: runs.count)
        for row in 0..<rowCount {
            guard let ordinal = ordinal(ofRow: row), let run = runs.firstIndex(where: { $0.contains(ordinal) }) else {
                return nil
            }
            places[run].append(Int32(truncatingIfNeeded: row))
        }
        return zip(runs, places).map { part(.places($1), of: $0, hasOwnOrdinal: hasOwnOrdinal) }
    }

    private func part(_ rows: Rows, of run: Range<Int>, hasOwnOrdinal: Bool) -> ResultSet {
        ResultSet(
            self, rows: rows, withoutColumns: hasOwnOrdinal ? 0 : 1, ordinalBase: hasOwnOrdinal ? run.lowerBound : 0)
    }
}
