import Diagnostics
import PorticoCatalog
import PostgresSQL

/// A load whose statement is yet to be written. Whatever a load makes of its rows, this protocol
/// supplies the rows with all conditions on them.
protocol DraftLoad {
    var binding: TypeBinding { get }
    var path: String { get }
    var range: SourceRange { get }
    var link: LoadDraft.LinkDraft { get }
    var arguments: ListArguments? { get }
    /// Whether a batch brings a list for each key, so that the tied column is known to equal it.
    var isKeyed: Bool { get }

    /// The client's conditions on the rows.
    func filter(
        _ access: RowAccess, _ row: RowReference, _ barrier: Barrier, _ draft: inout StatementDraft
    ) throws(ClientError) -> [ClientCondition]
    func statement(_ rows: DraftRows, _ access: RowAccess, _ draft: inout StatementDraft) -> Select
    func load(
        _ select: Select, _ link: Link, _ draft: StatementDraft, _ notes: [ConditionNote], _ access: RowAccess
    ) -> Load
}

/// The rows of a load in its statement.
struct DraftRows {
    var row: RowReference
    var notes: [ConditionNote]
    /// The conditions that find rows and hide others.
    var conditions: [Expression]
    /// The client's conditions.
    var stated: StatedConditions
    /// The conditions that depend on a batch's key alone.
    var hoisted: [Expression] = []
    /// The source of a batch's keys.
    var keys: FromItem?

    /// The first column of every batch: it ties a row to its key, and so to its parent.
    static let ordinal = OutputColumn(.column(RowReference.batch, "ord"))
}

extension DraftLoad {
    func finish(_ access: RowAccess) throws(ClientError) -> Load {
        var draft = StatementDraft()
        do {
            let rows: DraftRows, link: Link
            switch self.link {
            case .all: (rows, link) = (try direct(access, key: [], &draft), .root)
            case .value(let values, let parent):
                (rows, link) = (
                    try direct(access, key: values, &draft), parent.map { .known(parent: $0) } ?? .root
                )
            case .batch(let relation, let parent, let keys):
                let keysAreUnique = parent.binding.key.isCovered(by: relation.locals)
                (rows, link) = (
                    try batch(access, relation, keys, &draft),
                    .batch(parent: parent.index, keys: keys, keysAreUnique: keysAreUnique)
                )
            }
            let select = statement(rows, access, &draft)
            return load(select, link, draft, rows.notes, access)
        } catch {
            throw error.placed(range, field: path)
        }
    }

    /// Rows found by known values, or without any by what the viewer may see.
    private func direct(
        _ access: RowAccess, key: [LoadDraft.KnownValue], _ draft: inout StatementDraft
    ) throws(ClientError) -> DraftRows {
        let row = RowReference(alias: draft.tableAlias())
        var notes: [ConditionNote] = []
        for value in key {
            let isIdentity = if case .viewer(.id, _) = value.source { true } else { false }
            let found = isIdentity ? row.identity(value.column) : row.column(value.column)
            notes.append(ConditionNote(condition: .binary(found, .equal, draft.parameter(value.source)), reason: .key))
        }
        let pinned = key.isEmpty ? arguments?.pinned(binding.isolation) : nil
        let rules = try access.conditions(binding, row: row, indexable: key.isEmpty && pinned == nil, draft: &draft)
        let conditions = (notes + rules.notes).map(\.condition)
        let barrier = Barrier(conditions, of: binding)
        let client = try filter(access, row, barrier, &draft)
        var stated = barrier.around(client)
        if let pinned, let gate = access.tenantTest(ofPinned: pinned, among: client, of: binding, draft: &draft) {
            stated.outside.append(gate)
        }
        return DraftRows(
            row: row, notes: notes + rules.notes + client.map(\.note), conditions: conditions, stated: stated)
    }

    /// Rows found by the keys of the parent's rows.
    private func batch(
        _ access: RowAccess, _ relation: RelationBinding, _ keys: [LinkKey], _ draft: inout StatementDraft
    ) throws(ClientError) -> DraftRows {
        var arrays: [BatchKey] = []
        for (position, key) in keys.enumerated() {
            guard case .parameter(let number) = draft.parameter(.keys(position), type: key.type.arrayOID) else {
                throw ClientError(.isolation, "A batch has no keys.")
            }
            arrays.append(BatchKey(parameter: number, type: key.type.rawValue))
        }
        // A key of another width would give a parameter the wrong type. A key that is equal only
        // after folding may equal another row's in the next table.
        let isKeyed =
            isKeyed && relation.tiesByBytes
            && relation.pairs.allSatisfy { KeyType($0.local.type) == KeyType($0.remote.type) }
        let row = RowReference(alias: draft.tableAlias(), keyed: isKeyed ? relation.remotes : [])
        let ties = relation.ties(row, to: keys.indices.map(RowReference.batchKey)).map {
            ConditionNote(condition: $0, reason: .key)
        }
        let rules = try access.conditions(binding, row: row, indexable: false, draft: &draft)
        let barrier = Barrier(rules.all, of: binding)
        let client = try filter(access, row, barrier, &draft)
        return DraftRows(
            row: row, notes: ties + rules.notes + client.map(\.note),
            conditions: (ties + rules.notes).map(\.condition), stated: barrier.around(client), hoisted: rules.hoisted,
            keys: .keys(arrays, RowReference.batch))
    }
}
