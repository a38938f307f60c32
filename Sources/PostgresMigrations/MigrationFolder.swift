/// The migrations of a project, in Prisma's layout: one folder each,
/// `TIMESTAMP_NAME/migration.sql`, in the order of the folders' names.
public struct MigrationFolder: Sendable, Equatable {
    public let migrations: [Migration]

    public init(migrations: [Migration]) { self.migrations = migrations }

    /// Reads the folder at `path`; messages show its files below `name`. Files next to the folders,
    /// such as `seed.sql` or Prisma's `migration_lock.toml`, are ignored.
    ///
    /// Throws ``MigrationError/unreadable(path:reason:)`` for a folder without `migration.sql`, for
    /// a name too long for Prisma's table, and for an unreadable file.
    public init(contentsOf path: String, name: String = "migrations") throws(MigrationError) {
        var found: [Migration] = []
        for entry in try FolderReader.names(inFolder: path) where FolderReader.isFolder("\(path)/\(entry)") {
            guard entry.utf8.count <= MigrationLimits.nameBytes else {
                throw .unreadable(
                    path: "\(name)/\(entry)",
                    reason: "a migration's name has at most \(MigrationLimits.nameBytes) bytes")
            }
            let script = try SQLScript(
                contentsOf: "\(path)/\(entry)/migration.sql", name: "\(name)/\(entry)/migration.sql")
            found.append(Migration(name: entry, script: script))
        }
        migrations = found
    }
}
