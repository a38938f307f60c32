import SocketLoop

/// What the files of a project look like from outside: equal as long as nobody has written, added
/// or removed one.
struct ProjectStamp: Equatable {
    enum Limits {
        /// Files. Stands against looking through a whole disk every half second.
        static let files = 10_000
    }

    private var files: [String: FileStamp] = [:]

    /// - Parameter hasRules: Whether the access rules belong to it, which otherwise are the
    ///   server's own to watch.
    init(_ project: String, hasRules: Bool) {
        add("\(project)/schema.graphql")
        add(below: "\(project)/resolvers")
        if hasRules { add(below: "\(project)/config/access") }
    }

    private mutating func add(_ path: String) { files[path] = FileStamp(path) }

    private mutating func add(below folder: String) {
        for name in FileSystem.names(in: folder) ?? [] where !name.hasPrefix(".") && files.count < Limits.files {
            let path = "\(folder)/\(name)"
            if FileSystem.isFolder(path) { add(below: path) } else { add(path) }
        }
    }
}
