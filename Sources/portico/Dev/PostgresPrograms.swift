import Glibc
import PorticoProject

/// The server's own programs, which distributions keep off `PATH`.
struct PostgresPrograms: Equatable {
    /// The folder of `initdb` and `postgres`.
    let folder: String

    var initdb: String { folder + "/initdb" }
    var postgres: String { folder + "/postgres" }

    /// The programs for a cluster of `major` (the content of its `PG_VERSION`), or else the newest.
    ///
    /// `PORTICO_POSTGRES_BIN` names a folder that takes precedence.
    static func find(major: String?) throws(CommandFailure) -> PostgresPrograms {
        var folders: [String] = []
        if let chosen = getenv("PORTICO_POSTGRES_BIN") { folders.append(String(cString: chosen)) }
        if let major { folders += ["/usr/lib/postgresql/\(major)/bin", "/usr/pgsql-\(major)/bin"] }
        if major == nil {
            let versions = (FileSystem.names(in: "/usr/lib/postgresql") ?? []).compactMap { Int($0) }.sorted(by: >)
            folders += versions.map { "/usr/lib/postgresql/\($0)/bin" }
        }
        folders += ["/usr/local/pgsql/bin"]
        if let path = getenv("PATH") { folders += String(cString: path).split(separator: ":").map(String.init) }
        for folder in folders where access(folder + "/initdb", X_OK) == 0 && access(folder + "/postgres", X_OK) == 0 {
            return PostgresPrograms(folder: folder)
        }
        if let major {
            throw .notInOrder(
                "The cluster was made by PostgreSQL \(major), whose programs are not installed: install postgresql-\(major), or remove the cluster's folder to start anew."
            )
        }
        throw .notInOrder(
            "No PostgreSQL server is installed: install the package \"postgresql\" (./run does it), or name the folder of initdb in PORTICO_POSTGRES_BIN."
        )
    }
}
