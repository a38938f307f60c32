import PorticoProject
import SocketLoop

/// The state of a project's files: equal as long as none is written, added or removed.
struct ProjectStamp: Equatable {
    enum Limits {
        /// Files. Guards against scanning a whole disk every half second.
        static let files = 10_000
    }

    private var files: [String: FileStamp] = [:]

    /// - Parameter hasRules: Whether to include the access rules, which the server watches itself.
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
