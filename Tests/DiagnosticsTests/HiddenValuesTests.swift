import Diagnostics
import Testing

/// What no diagnostic of a configuration shows.
@Suite struct HiddenValuesTests {
    private static func masked(_ text: String) -> String {
        String(decoding: HiddenValues(Array(text.utf8)).masked(Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        "database: { url: postgres://u:hunter2@h/db, connections: 4 }",
        "database:\n  url: 'postgres://u:hunter2@h/db'\n",
        "database:\n  \"url\" : \"postgres://u:hunter2@h/db\"\n",
        "database:\n  url:\n    hunter2\n  connections: x\n",
        "keys:\n  - secret: hunter2\n    kid: a\n",
        "keys: [{ kid: a, secret: hunter2 }]",
        "keys: [{ secret: [ a,\n hunter2 ] }]",
        "keys:\n  - secret: |\n      hunter2\n\n      hunter2\n    kid: a\n",
        "password: \"\nhunter2\n\"",
        "url: { host: h,\n  password: hunter2,\nmore: hunter2 }\nother: 1",
        "secret: \"hunter2\nother: hunter2",
        "Password: hunter2", "SECRET: hunter2", "tls:\n\tkey: hunter2",
        "key:\n  nested:\n    deeper: hunter2\n",
    ]) func valuesAreHidden(_ text: String) {
        #expect(!Self.masked(text).contains("hunter2"), "\(Self.masked(text))")
        #expect(Self.masked(text).utf8.count == text.utf8.count)
        for offset in 0..<text.utf8.count {
            let picture = render(
                Diagnostic("It is wrong.", file: "config/gateway.yaml", range: .init(offset, offset + 1)),
                in: SourceText(name: "config/gateway.yaml", text))
            #expect(!picture.contains("hunter2"))
        }
    }

    @Test func whatIsBesideThemIsShown() {
        #expect(Self.masked("a:\n  url: x\n  kid: visible\nb: visible") == "a:\n  url: *\n  kid: visible\nb: visible")
        #expect(
            Self.masked("keys: visible\nkeyed: visible\nmy-url: visible")
                == "keys: visible\nkeyed: visible\nmy-url: visible")
        #expect(Self.masked("secret: é") == "secret: **")
    }

    @Test func onlyConfigurationHasSecrets() {
        for file in ["config/gateway.yaml", "/srv/x/config/gateway.yaml", "config/health.yaml"] {
            #expect(HiddenValues.applies(to: file))
        }
        for file in [
            "resolvers/Ticket.yaml", "schema.graphql", "config/access/roles.yaml", "config/access/tenants/a.yaml", "",
        ] { #expect(!HiddenValues.applies(to: file)) }
        let source = SourceText(name: "resolvers/Ticket.yaml", "key: id")
        #expect(render(Diagnostic("It is wrong.", range: .init(5, 7)), in: source).contains("key: id"))
    }
}
