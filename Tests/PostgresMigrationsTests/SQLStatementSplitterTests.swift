import Testing

@testable import PostgresMigrations

@Suite struct SQLStatementSplitterTests {
    static func statements(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return SQLStatementSplitter.split(bytes).map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    @Test(
        arguments: [
            ("", []),
            (" ; -- nothing\n/* at ; all */ ;", []),
            ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
            ("SELECT ';'; SELECT 'it''s; ok'", ["SELECT ';'", "SELECT 'it''s; ok'"]),
            ("SELECT E'a\\';b'; SELECT 2", ["SELECT E'a\\';b'", "SELECT 2"]),
            ("SELECT E'a''\\';b'; SELECT 2", ["SELECT E'a''\\';b'", "SELECT 2"]),
            ("SELECT 'a\\'; SELECT 2", ["SELECT 'a\\'", "SELECT 2"]),
            ("SELECT \"a;b\"; SELECT 2", ["SELECT \"a;b\"", "SELECT 2"]),
            ("SELECT $$a;b$$; SELECT $1; SELECT 3", ["SELECT $$a;b$$", "SELECT $1", "SELECT 3"]),
            ("SELECT $x$ $$;$$ $y$; $x$; SELECT 2", ["SELECT $x$ $$;$$ $y$; $x$", "SELECT 2"]),
            ("SELECT 1 /* a /* b; */ c; */; SELECT 2", ["SELECT 1 /* a /* b; */ c; */", "SELECT 2"]),
            ("SELECT 1 -- a; b\n; SELECT 2", ["SELECT 1 -- a; b\n", "SELECT 2"]),
            (
                "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
                ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"]
            ),
            (
                "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3",
                [
                    "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
                    "SELECT 3",
                ]
            ),
            ("SELECT 'open; SELECT 2", ["SELECT 'open; SELECT 2"]),
            ("SELECT /* open ; ", ["SELECT /* open ; "]),
            ("SELECT $a$ open ; $b$", ["SELECT $a$ open ; $b$"]),
            ("SELECT a$b$; SELECT 2", ["SELECT a$b$", "SELECT 2"]),
        ] as [(String, [String])])
    func splits(_ text: String, _ expected: [String]) {
        #expect(Self.statements(text) == expected)
    }

    @Test(arguments: [
        ("BEGIN", true), ("commit", true), ("/* x */ End", true), ("ROLLBACK", true),
        ("START TRANSACTION READ ONLY", true), ("PREPARE TRANSACTION 'x'", true),
        ("ROLLBACK TO SAVEPOINT a", false), ("SAVEPOINT a", false), ("PREPARE a AS SELECT 1", false),
        ("SELECT 'COMMIT'", false), ("CREATE TABLE begin_ (a int)", false),
    ])
    func seesWhatEndsTransactions(_ text: String, _ expected: Bool) {
        #expect(SQLStatementSplitter.split(Array(text.utf8)).first?.endsTransaction == expected)
    }
}
