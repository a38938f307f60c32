import PostgresSQL
import Testing

@Suite struct StatementTests {
    @Test func equalTextsHaveEqualIdentities() {
        #expect(
            Statement(text: "SELECT 1", parameterTypes: []).id == Statement(text: "SELECT 1", parameterTypes: [25]).id)
        #expect(
            Statement(text: "SELECT 1", parameterTypes: []).id != Statement(text: "SELECT 2", parameterTypes: []).id)
    }

    @Test func arrayOfTexts() {
        var array = BinaryArray(elementType: 25, capacity: 8)
        for text in ["a", "bc"] { Array(text.utf8).withUnsafeBytes { array.append($0) } }
        #expect(array.count == 2)
        #expect(
            array.finish()
                == .binary([
                    0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1,
                    0, 0, 0, 1, 0x61, 0, 0, 0, 2, 0x62, 0x63,
                ]))
    }

    @Test func arrayWithoutElementsHasNoDimension() {
        #expect(BinaryArray(elementType: 20, capacity: 0).finish() == .binary([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]))
    }
}
