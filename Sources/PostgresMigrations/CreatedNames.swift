/// The tables and indexes that the statements of migrations create and do not drop, so that a
/// report can name missing ones.
///
/// Read from the first words of each statement; quoted names are not recognised.
public struct CreatedNames: Sendable, Equatable {
    public private(set) var tables: Set<String> = []
    public private(set) var indexes: Set<String> = []

    public init(_ folder: MigrationFolder) {
        for migration in folder.migrations {
            for piece in SQLStatementSplitter.split(migration.script.bytes) {
                read(piece.words.map { $0.lowercased() })
            }
        }
    }

    private mutating func read(_ words: [String]) {
        let noise: Set<String> = [
            "unique", "concurrently", "if", "not", "exists", "unlogged", "temporary", "temp", "only",
        ]
        let words = words.filter { !noise.contains($0) }
        guard words.count >= 3 else { return }
        switch (words[0], words[1]) {
        case ("create", "index"): if let end = words.firstIndex(of: "on"), end > 2 { indexes.insert(words[end - 1]) }
        case ("create", "table"): tables.insert(name(words))
        case ("drop", "index"): indexes.remove(name(words))
        case ("drop", "table"): tables.remove(name(words))
        default: break
        }
    }

    /// Skips the schema if it is the default one.
    private func name(_ words: [String]) -> String { words[2] == "public" && words.count > 3 ? words[3] : words[2] }
}
