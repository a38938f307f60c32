import Testing

@testable import PostgresMigrations

@Suite struct MigrationFolderTests {
    @Test func readsFoldersInTheOrderOfTheirNames() throws {
        let temporary = try TemporaryFolder([
            "20250202000000_b/migration.sql": "SELECT 2;", "20250101000000_a/migration.sql": "SELECT 1;",
            "seed.sql": "x", "migration_lock.toml": "x", ".hidden/x": "",
        ])
        let folder = try MigrationFolder(contentsOf: temporary.path)
        #expect(folder.migrations.map(\.name) == ["20250101000000_a", "20250202000000_b"])
        #expect(
            folder.migrations.map(\.script.path) == [
                "migrations/20250101000000_a/migration.sql", "migrations/20250202000000_b/migration.sql",
            ])
    }

    /// SHA-256 of "abc", from FIPS 180-4.
    @Test func checksumIsThatOfTheBytes() {
        let migration = Migration(name: "a", script: SQLScript(path: "a", bytes: Array("abc".utf8)))
        #expect(migration.checksum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(arguments: [
        ("-- portico: no transaction\nSELECT 1", true), ("--  portico:  no  transaction", true),
        ("-- portico: no transaction  \r\n", true),
        ("\n-- portico: no transaction", false), ("-- portico: no transactions", false),
        ("SELECT 1 -- portico: no transaction", false),
    ])
    func firstLineDecidesAboutTheTransaction(_ text: String, _ expected: Bool) {
        #expect(
            Migration(name: "a", script: SQLScript(path: "a", bytes: Array(text.utf8))).runsOutsideTransaction
                == expected)
    }

    @Test(arguments: [
        (["a/other.sql": ""], "migrations/a/migration.sql cannot be used: there is no such file or folder."),
        (
            ["a/migration.sql": "\u{FEFF}SELECT 1"],
            "migrations/a/migration.sql cannot be used: it starts with a byte order mark; save it as UTF-8 without one."
        ),
        (
            ["a/migration.sql": "SELECT '\0'"],
            "migrations/a/migration.sql cannot be used: it holds a NUL byte; it must be text in UTF-8."
        ),
        (["a/migration.sql/x": ""], "migrations/a/migration.sql cannot be used: it is not a file."),
    ])
    func unusableFilesAreNamed(_ files: [String: String], _ message: String) throws {
        let temporary = try TemporaryFolder(files)
        let error = #expect(throws: MigrationError.self) { try MigrationFolder(contentsOf: temporary.path) }
        #expect(error?.description == message)
    }

    @Test func aMissingFolderIsNamed() {
        let error = #expect(throws: MigrationError.self) { try MigrationFolder(contentsOf: "/nowhere/migrations") }
        #expect(error?.description == "/nowhere/migrations cannot be used: there is no such file or folder.")
    }
}
