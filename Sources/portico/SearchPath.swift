import PorticoProject
import PostgresMigrations

/// The schemas of a connection's search path, including those that its role may not use, which the
/// server's own functions omit.
struct SearchPath {
    let schemas: [String]

    init(_ database: Database) throws(SQLFailure) {
        schemas = Self.schemas(try database.rows("SELECT current_setting('search_path')").first?[0] ?? "")
    }

    /// As a PostgreSQL array.
    var array: String { Database.array(schemas) }

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
                // A doubled mark is an escaped one.
                guard rest.first == "\"" else { break }
                name += "\""
                rest.removeFirst()
            }
            names.append(name)
        }
    }
}
