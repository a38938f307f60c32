import PostgresSQL

/// Runs of one statement that come in the same turn of the loop, or wait for a connection at the
/// same time, go as one, each with its own values (``PostgresSQL/StatementMerge``).
///
/// There is no timer and no delay: nothing is written to a connection before the end of a turn, and
/// until then others may come. Few rows go together even where connections idle, since a statement
/// costs more than they do; of many rows each idle connection has its part, so that PostgreSQL
/// works on them side by side. Each keeps its deadline and can be cancelled; where the whole fails,
/// each is run again by itself, so that an error stays with the statement that made it.
extension ConnectionPool {
    /// Rows that a merged statement may bring for each key that it may have. Stands against long
    /// lists of many, which one short list would have to wait for.
    static let mergedRowsPerKey = 10
    /// Rows up to which a run waits for its like though a connection idles.
    static let rowsOfASmallRun = 64
    /// Rows that a statement may bring before another connection that idles is given a part.
    static let rowsBeforeSharing = 256
    /// Bytes of the values of a merged statement, in which each value is repeated for every key of
    /// its run. Stands against one long value that is sent hundreds of times.
    static let mergedBytes = 256 << 10

    /// Bytes of a merged statement's result; once more have come, each of its runs is run by
    /// itself, within its own request's limit. Stands against one run's long rows, which all the
    /// others would wait for.
    static let mergedResultBytes = 4 << 20

    /// Notes a statement that waits, so that its like finds it.
    func remember(_ pending: PendingStatement) {
        guard state.limits.mergedKeys > 0, pending.mayMerge else { return }
        likes[ObjectIdentifier(pending.statement), default: []].append(pending)
    }

    /// A statement that waited is not wanted any more. What is left of such is swept out when it is
    /// more than what waits.
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

    /// What is sent in a waiting statement's place: itself, or one that runs all that wait of its
    /// like.
    func withItsLike(_ pending: PendingStatement) -> PendingStatement {
        guard pending.mayMerge, !likes.isEmpty else { return pending }
        let key = ObjectIdentifier(pending.statement)
        guard let waiting = likes.removeValue(forKey: key) else { return pending }
        // What is sent by itself is not found by its like.
        if state.waitingCount == 0 { likes.removeAll(keepingCapacity: true) }
        guard waiting.count > 1, let merge = pending.statement.merging?.merge,
            let size = merge.size(of: pending.parameters)
        else { return pending }
        guard size.bytes <= Self.mergedBytes else {
            // The others may still go together.
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

    /// Whether a run brings so few rows that a statement of its own costs more than they do. Of
    /// others, one that finds an idle connection gains nothing by company.
    func isSmall(_ pending: PendingStatement) -> Bool {
        guard let size = pending.statement.merging?.merge?.size(of: pending.parameters) else { return false }
        return size.rows <= Self.rowsOfASmallRun
    }

    /// How many rows a connection takes, where each of so many that wait brings about as many as
    /// the first.
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
            // The first has left the queue already.
            if position > 0 { state.forgotWaiter() }
        }
        statistics.merged += members.count
        return whole
    }

    /// One of several has been answered before its time; when it was the last, nobody waits for the
    /// whole.
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

    /// Gives each its rows, or runs each again by itself.
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
            // One that is run beside it already goes on.
            member.mustRunAlone = true
            statistics.runApart += 1
            admit(member)
        }
    }
}

extension ResultSet {
    /// The rows of each run of a merged statement; `nil` where a row says that it belongs to none.
    ///
    /// Rows come in the order of their ordinals, unless PostgreSQL chose otherwise.
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
