import PostgresMigrations

/// The schemas that the search path of a connection names, also those that its role may not use,
/// which the server's own functions leave out.
struct SearchPath {
    let schemas: [String]

    init(_ database: Database) throws(SQLFailure) {
        schemas = Self.schemas(try database.rows("SELECT current_setting('search_path')").first?[0] ?? "")
    }

    /// As an array of PostgreSQL's.
    var array: String {
        "{"
            + schemas.map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }.joined(
                separator: ",") + "}"
    }

    /// The names of a list such as `"$user", public, "My Shop"`.
    static func schemas(_ text: String) -> [String] {
        var names: [String] = [], rest = text[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "," }
            guard let first = rest.first else { return names }
            guard first == "\"" else {
                let name = rest.prefix { $0 != "," && $0 != " " }
                names.append(name.lowercased())
                rest = rest.dropFirst(name.count)
                continue
            }
            var name = ""
            rest.removeFirst()
            while let mark = rest.firstIndex(of: "\"") {
                name += rest[..<mark]
                rest = rest[mark...].dropFirst()
                // A doubled mark stands for itself.
                guard rest.first == "\"" else { break }
                name += "\""
                rest.removeFirst()
            }
            names.append(name)
        }
    }
}
