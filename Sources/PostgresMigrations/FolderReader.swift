import Glibc

/// Reads `migrations/`; the only code of this target that accesses the file system.
enum FolderReader {
    /// The names in a folder, sorted by their bytes, without those that start with a dot.
    static func names(inFolder path: String) throws(MigrationError) -> [String] {
        guard let folder = opendir(path) else { throw .unreadable(path: path, reason: reason()) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            names.append(name)
            if names.count > MigrationLimits.migrations {
                throw .unreadable(
                    path: path,
                    reason:
                        "it holds more than \(MigrationLimits.migrations) entries; is it the folder of the migrations?")
            }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func bytes(ofFile path: String, name: String) throws(MigrationError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable(path: name, reason: reason()) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: name, reason: "it is not a file")
        }
        guard status.st_size <= MigrationLimits.fileBytes else {
            throw .unreadable(
                path: name,
                reason: "it is larger than \(MigrationLimits.fileBytes >> 20) MiB; load so much data by psql")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= MigrationLimits.fileBytes {
            let count = read(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: name, reason: reason())
            }
            bytes += buffer[..<count]
        }
        throw .unreadable(path: name, reason: "it grows while it is read")
    }

    private static func reason() -> String {
        let code = errno
        switch code {
        case ENOENT: return "there is no such file or folder"
        case EACCES: return "this user may not read it"
        case ENOTDIR: return "it is not a folder"
        default: return String(cString: strerror(code))
        }
    }
}
