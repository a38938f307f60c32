extension AccessMatrix {
    /// A self-contained page: light and dark, for screen, print, screen readers. Escapes names.
    public func html(title: String) -> String {
        var page = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(Self.escaped(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <header>
            <h1>\(Self.escaped(title))</h1>
            <p>Who may read which field of which type. Isolation by tenant comes before all of it.</p>
            <ul class="legend"><li><span class="read">yes</span> may read</li><li><span class="optional">if granted</span> only where the tenant’s file grants it</li><li><span class="hidden">no</span> may not</li></ul>
            </header>

            """
        page += navigation
        page += "<main>\n"
        for (number, section) in sections.enumerated() { page += Self.section(section, number) }
        return page + "</main>\n</body>\n</html>\n"
    }

    private var navigation: String {
        var text = "<nav aria-label=\"Contents\"><ul>\n"
        for (number, section) in sections.enumerated() {
            let types = section.types.map {
                "<a href=\"#s\(number)-\(Self.escaped($0.type))\">\(Self.escaped($0.type))</a>"
            }.joined(separator: " ")
            text += "<li><a href=\"#s\(number)\">\(Self.escaped(section.tenants.title))</a>: \(types)</li>\n"
        }
        return text + "</ul></nav>\n"
    }

    private static func section(_ section: Section, _ number: Int) -> String {
        var text =
            "<section aria-labelledby=\"s\(number)\">\n<h2 id=\"s\(number)\">\(escaped(section.tenants.title))</h2>\n"
        text +=
            "<dl>"
            + section.roles.map { "<div><dt>\(escaped($0.name))</dt><dd>reaches \(escaped($0.reach))</dd></div>" }
            .joined() + "</dl>\n"
        for type in section.types { text += table(type, section.roles, number) }
        return text + "</section>\n"
    }

    private static func table(_ type: TypeBlock, _ roles: [RoleReach], _ number: Int) -> String {
        var text =
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"s\(number)-\(escaped(type.type))\">\n<table>\n"
        text +=
            "<caption id=\"s\(number)-\(escaped(type.type))\">\(escaped(type.type)) <small>isolation: \(escaped(type.isolation))</small></caption>\n"
        text +=
            "<thead>\n<tr><th scope=\"col\">Field</th>"
            + roles.map { "<th scope=\"col\">\(escaped($0.name))</th>" }.joined() + "</tr>\n</thead>\n<tbody>\n"
        text +=
            "<tr class=\"rows\"><th scope=\"row\">Rows</th>"
            + type.columns.map { "<td>\(escaped(rows($0)))</td>" }.joined() + "</tr>\n"
        for (index, field) in type.fields.enumerated() {
            text +=
                "<tr><th scope=\"row\">\(escaped(field))</th>" + type.columns.map { cell($0.access[index]) }.joined()
                + "</tr>\n"
        }
        return text + "</tbody>\n</table>\n</div>\n"
    }

    private static func rows(_ column: Column) -> String {
        if column.rows == nil, !column.isOptional { return "none" }
        return column.note ?? "every row within reach"
    }

    private static func cell(_ access: FieldAccess) -> String {
        switch access {
        case .read: "<td class=\"read\">yes</td>"
        case .optional: "<td class=\"optional\">if granted</td>"
        case .hidden: "<td class=\"hidden\">no</td>"
        }
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
            "\"", with: "&quot;"
        ).replacing("'", with: "&#39;")
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #8a8f98; --read: #0b6b2e; --read-back: #e3f5e8; --optional: #7a4b00; --optional-back: #fff1d6; --hidden: #5b616b; --head: #f0f2f5; }
        @media (prefers-color-scheme: dark) { :root { --read: #8fe3ab; --read-back: #12331d; --optional: #ffd48a; --optional-back: #3a2a0a; --hidden: #a3a9b3; --head: #23272e; } }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
        .legend { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; list-style: none; padding: 0; } .legend span { padding: 0 .4rem; border-radius: .2rem; }
        nav a { margin-right: .3rem; } dl { display: flex; flex-wrap: wrap; gap: .3rem 2rem; } dl div { display: flex; gap: .5rem; } dt { font-weight: 600; } dd { margin: 0; }
        .scroll { overflow-x: auto; margin: 1.5rem 0; } table { border-collapse: collapse; min-width: 40rem; }
        caption { text-align: left; font-weight: 700; font-size: 1.1rem; padding: .3rem 0; } caption small { font-weight: 400; color: var(--hidden); margin-left: .5rem; }
        th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; } thead th { background: var(--head); } tbody th { font-weight: 500; font-family: ui-monospace, monospace; }
        tr.rows td { font-size: .9rem; max-width: 18rem; } .read { color: var(--read); background: var(--read-back); } .optional { color: var(--optional); background: var(--optional-back); } .hidden { color: var(--hidden); }
        @media print { nav { display: none; } body { max-width: none; font-size: 10pt; } .scroll { overflow: visible; } table { min-width: 0; width: 100%; } table, tr { break-inside: avoid; } thead { display: table-header-group; } }
        """
}
