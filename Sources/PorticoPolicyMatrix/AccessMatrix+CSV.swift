extension AccessMatrix {
    /// A line for each tenant group, role, type and field, with a header, according to RFC 4180:
    /// fields quoted as needed, lines ending in CRLF.
    public func csv() -> String {
        var lines = ["tenants,role,reach,type,isolation,field,access,optional,rows"]
        for section in sections {
            let tenants =
                section.tenants.hasOthers
                ? section.tenants.description : section.tenants.named.map(\.text).joined(separator: " ")
            for type in section.types {
                for (role, column) in zip(section.roles, type.columns) {
                    for (field, access) in zip(type.fields, column.access) {
                        let cells = [
                            tenants, role.name, role.reach, type.type, type.isolation, field, access.rawValue,
                            column.isOptional ? "yes" : "no", column.rows ?? "",
                        ]
                        lines.append(cells.map(Self.cell).joined(separator: ","))
                    }
                }
            }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// A cell that a spreadsheet would interpret as a formula is prefixed with an apostrophe, so
    /// that a tenant's name cannot execute anything.
    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
