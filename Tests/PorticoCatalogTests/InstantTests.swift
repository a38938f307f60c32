import GraphQLSchema
import Testing

@testable import PorticoCatalog

@Suite struct InstantTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("2000-02-29T12:00:00.5Z", 951_825_600_500),
        ("2026-01-02T11:00:00+01:00", 1_767_348_000_000),
        ("1969-12-31T23:59:59Z", -1_000), ("2100-03-01", 4_107_542_400_000), ("0001-01-01", -62_135_596_800_000),
    ])
    func aTimeIsANumberOfMilliseconds(_ text: String, _ expected: Int) throws {
        #expect(try milliseconds(sinceEpoch: text) == expected)
    }

    @Test(arguments: ["", "yesterday", "2026-01-02 10:00:00", "2026-02-30", "2026-01-02T10:00:00"])
    func whatIsNoTimeIsSaid(_ text: String) {
        #expect(throws: CoercionFailure.self) { try milliseconds(sinceEpoch: text) }
    }
}
