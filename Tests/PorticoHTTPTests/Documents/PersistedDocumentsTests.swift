import ExactText
import PorticoAccess
import TestIdentity
import Testing
@testable import PorticoHTTP

struct PersistedDocumentsTests {
    private func text(_ number: Int, length: Int = 10) -> [UInt8] {
        Array("\(number)".utf8) + [UInt8](repeating: 0x20, count: length)
    }

    private func key(
        _ text: [UInt8], _ owner: DocumentOwner = .tenant("t"), rules: UInt64 = 1
    ) -> PersistedDocuments.Key {
        PersistedDocuments.Key(hash: DocumentHash(of: text), owner: owner, rules: rules)
    }

    /// Nobody learns that another tenant, another user without one, or nobody in particular has
    /// registered a document.
    @Test func othersFindNothing() {
        let owners: [DocumentOwner] = [
            .tenant("caf\u{E9}"), .tenant("cafe\u{301}"), .tenant("b"), .user("b"), .user("c"), .anonymous,
        ]
        for owner in owners {
            let documents = PersistedDocuments(entries: 8, bytes: 1 << 20)
            documents.keep(text(1), key(text(1), owner))
            #expect(owners.filter { documents.text(key(text(1), $0)) != nil } == [owner])
        }
        #expect(DocumentOwner(Viewer(id: "u", role: "r", tenant: "t", tenants: ["t"])) == .tenant("t"))
        #expect(DocumentOwner(Viewer(id: "u", role: "r", tenant: nil, tenants: [])) == .user("u"))
        #expect(DocumentOwner(.anonymous) == .anonymous)
    }

    /// What one tenant registers beyond its share displaces nothing but its own.
    @Test func whoHasTheMostGivesWay() {
        let documents = PersistedDocuments(entries: 16, bytes: 1 << 20)
        for number in 0..<3 { documents.keep(text(number), key(text(number), .tenant("small"))) }
        for number in 0..<1000 { documents.keep(text(number), key(text(number), .tenant("large"))) }
        #expect(documents.count <= 16)
        #expect((0..<3).allSatisfy { documents.text(key(text($0), .tenant("small"))) != nil })
        #expect(
            documents.text(key(text(999), .tenant("large"))) != nil
                && documents.text(key(text(0), .tenant("large"))) == nil)
    }

    @Test func theLeastRecentlyUsedGoFirst() {
        let documents = PersistedDocuments(entries: 8, bytes: 1 << 20)
        for number in 0..<8 { documents.keep(text(number), key(text(number), rules: 1)) }
        // The first is used again, so that the next ones go.
        #expect(documents.text(key(text(0), rules: 1)) == text(0))
        documents.keep(text(8), key(text(8), rules: 1))
        #expect(documents.count <= 8)
        #expect(documents.text(key(text(0), rules: 1)) != nil)
        #expect(documents.text(key(text(8), rules: 1)) != nil)
        #expect(documents.text(key(text(1), rules: 1)) == nil)
    }

    @Test func bytesAreBoundedToo() {
        let documents = PersistedDocuments(entries: 1000, bytes: 10_000)
        for number in 0..<200 {
            documents.keep(text(number, length: 500), key(text(number, length: 500), rules: 1))
            #expect(documents.bytes <= 10_000)
        }
        #expect(documents.count > 5)
        // One that is longer than all of it is not kept, and displaces nothing.
        let before = documents.count
        documents.keep(text(0, length: 20_000), key(text(0, length: 20_000), rules: 1))
        #expect(documents.count == before)
    }

    @Test func otherRulesFindNothing() {
        let documents = PersistedDocuments(entries: 8, bytes: 1 << 20)
        documents.keep(text(1), key(text(1), rules: 1))
        #expect(documents.text(key(text(1), rules: 2)) == nil)
        documents.keep(text(1), key(text(1), rules: 1))
        #expect(documents.count == 1)
    }

    @Test func hashesAreThoseOfTheStandard() {
        let hash = DocumentHash(of: Array("abc".utf8))
        #expect(hash.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(DocumentHash(hex: hash.hex) == hash)
        #expect(DocumentHash(hex: hash.hex.uppercased()) == hash)
        for hex in ["", "ba78", String(repeating: "g", count: 64), hash.hex + "0", String(repeating: "+", count: 64)] {
            #expect(DocumentHash(hex: hex) == nil)
        }
    }
}
