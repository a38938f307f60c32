public enum MigrationLimits {
    /// Bytes of one SQL file. Stands against a dump that was dropped into `migrations/` by mistake:
    /// the file is sent as one query.
    public static let fileBytes = 64 << 20
    /// Folders under `migrations/`. Stands against a wrong folder, such as the root of a disk.
    public static let migrations = 10_000
    /// Seconds to wait for the advisory lock. Two replicas that start together wait for each other;
    /// one that hangs must not block a deployment for ever.
    public static let lockWaitSeconds = 60
    /// Depth of nested comments, parentheses and `BEGIN … END` that the splitter counts. Stands
    /// against a counter that a hostile file makes overflow.
    static let nesting = 1_000
    /// Bytes of a migration's name: the width of the column that Prisma's table keeps it in.
    static let nameBytes = 255
}
