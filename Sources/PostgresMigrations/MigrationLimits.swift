public enum MigrationLimits {
    /// Bytes of one SQL file, sent as one query. Guards against a dump in `migrations/` by mistake.
    public static let fileBytes = 64 << 20
    /// Folders under `migrations/`. Guards against a wrong folder, such as the root of a disk.
    public static let migrations = 10_000
    /// Seconds to wait for the advisory lock. Replicas that start together wait for each other; one
    /// that hangs must not block a deployment forever.
    public static let lockWaitSeconds = 60
    /// Depth of nested comments, parentheses and `BEGIN … END` that the splitter counts. Guards
    /// against a hostile file that makes a counter overflow.
    static let nesting = 1_000
    /// Bytes of a migration's name: the width of the column in Prisma's table.
    static let nameBytes = 255
}
