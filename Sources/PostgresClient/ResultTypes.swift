import PostgresSQL

/// Checks the types of results against the forms that their columns are read in.
///
/// Built-in types are known by their OIDs. Those of the database itself (enums, `citext`, types of
/// extensions) are looked up on first use; an OID never changes its meaning.
struct ResultTypes {
    private struct Known {
        var name: String
        var form: BinaryForm?
    }

    /// Types that are cached. Guards against databases that keep creating types.
    private static let most = 10_000

    private var known: [UInt32: Known] = [:]

    enum Verdict {
        /// All columns match, except these.
        case told([MisreadColumn])
        /// Types that must be looked up first.
        case unknown([UInt32])
    }

    func verdict(_ rows: ResultSet, _ columns: [BinaryForm]) -> Verdict {
        // A wrong number of columns is reported by the reader of the rows.
        guard rows.columnCount == columns.count else { return .told([]) }
        var misread: [MisreadColumn] = [], unknown: [UInt32] = []
        for (column, expected) in columns.enumerated() {
            let type = rows.type(ofColumn: column)
            if let form = BinaryForm(builtIn: type) {
                if form != expected {
                    misread.append(MisreadColumn(column: column, expected: expected, found: form.description))
                }
            } else if let type = known[type] {
                if type.form != expected {
                    misread.append(MisreadColumn(column: column, expected: expected, found: type.name))
                }
            } else {
                unknown.append(type)
            }
        }
        return unknown.isEmpty ? .told(misread) : .unknown(unknown)
    }

    // MARK: Looking up

    /// A row per existing type: OID, name, and the functions that write its values and elements.
    static let lookUp = Statement(
        text: """
            SELECT t.oid::int8, pg_catalog.format_type(t.oid, NULL), s.proname::text, e.proname::text
            FROM pg_catalog.pg_type t
            LEFT JOIN pg_catalog.pg_proc s ON s.oid = t.typsend
            LEFT JOIN pg_catalog.pg_type i ON i.oid = t.typelem AND t.typcategory = 'A'
            LEFT JOIN pg_catalog.pg_proc e ON e.oid = i.typsend
            WHERE t.oid = ANY ($1)
            """,
        parameterTypes: [1028])

    static func parameters(_ types: [UInt32]) -> [ParameterValue] {
        [.text(Array("{\(types.map { String($0) }.joined(separator: ","))}".utf8))]
    }

    /// Adds the result of ``lookUp``. A missing type has been dropped and is unsupported.
    mutating func learn(_ types: [UInt32], _ rows: ResultSet) {
        if known.count > Self.most { known = [:] }
        for type in types { known[type] = Known(name: "a type with the OID \(type)", form: nil) }
        func text(_ row: Int, _ column: Int) -> String? {
            rows.bytes(row: row, column: column).map { String(decoding: $0, as: UTF8.self) }
        }
        for row in 0..<rows.rowCount {
            guard let oid = rows.bytes(row: row, column: 0), oid.count == 8, let name = text(row, 1) else { continue }
            let type = UInt32(truncatingIfNeeded: oid.reduce(0) { $0 << 8 | Int($1) })
            known[type] = Known(
                name: name, form: text(row, 2).flatMap { BinaryForm(sentBy: $0, element: text(row, 3)) })
        }
    }
}

extension ConnectionPool {
    /// Milliseconds for the look-up of types.
    private static let typeTimeout = 5_000

    /// Answers a statement after checking the types of its columns.
    func deliver(_ result: Result<ResultSet, DatabaseFailure>, to pending: PendingStatement) {
        guard case .success(let rows) = result, !pending.statement.columns.isEmpty else {
            return pending.answer(result)
        }
        switch types.verdict(rows, pending.statement.columns) {
        case .told(let misread): pending.answer(.success(misread.isEmpty ? rows : ResultSet(rows, misread: misread)))
        case .unknown(let unknown): lookUp(unknown, for: pending, rows)
        }
    }

    private func lookUp(_ unknown: [UInt32], for pending: PendingStatement, _ rows: ResultSet) {
        let parameters = ResultTypes.parameters(unknown)
        let told = { [unowned self] (found: Result<ResultSet, DatabaseFailure>) in
            switch found {
            case .success(let found):
                types.learn(unknown, found)
                deliver(.success(rows), to: pending)
            case .failure(let failure): pending.answer(.failure(failure))
            }
        }
        // A lease on the only connection must not wait for another one.
        if let lease = pending.lease, case .lent = lease.phase, !lease.mustCommit {
            submit(ResultTypes.lookUp, parameters: parameters, on: lease, completion: told)
        } else {
            submit(
                ResultTypes.lookUp, parameters: parameters,
                deadline: min(pending.deadline, reactor.now + Self.typeTimeout), completion: told)
        }
    }
}
