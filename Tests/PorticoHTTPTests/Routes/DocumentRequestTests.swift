import JSONBytes
import PorticoGateway
import TestCluster
import TestHTTP
import Testing
@testable import PorticoConfiguration
@testable import PorticoHTTP

/// Persisted and trusted documents over HTTP, with a scripted gateway.
@Suite(.onBlockingThreads) struct DocumentRequestTests {
    private static let text = "{ apiVersion }"
    private static let hash = DocumentHash(of: Array(text.utf8)).hex
    private static let trusted = TrustedDocuments(byID: [
        "Version": Array(text.utf8), "my-own-id": Array("query Other { a }".utf8),
    ])

    private func persisted(_ hash: String, query: String? = nil, version: String = "1") -> String {
        let query = query.map { #""query":"\#($0)","# } ?? ""
        return
            #"{\#(query)"extensions":{"other":[1],"persistedQuery":{"version":\#(version),"sha256Hash":"\#(hash)"}}}"#
    }

    private func message(_ answer: Answer) throws -> String? {
        guard case .array(let errors)? = try parseJSON(answer.bytes)["errors"],
            case .string(let text)? = errors.first?["message"]
        else { return nil }
        return text
    }

    private func lastText(_ office: Office) -> String? {
        office.service.requests.last.map { String(decoding: $0.request.query, as: UTF8.self) }
    }

    // MARK: Automatic persisted queries

    @Test func theWayOfApollosClient() async throws {
        let office = try await Office.office()
        // The hash alone, in the hope that it is known.
        let missing = try office.post(persisted(Self.hash))
        #expect(missing.status == 200)
        #expect(try message(missing) == "PersistedQueryNotFound")
        #expect(try code(missing) == "NOT_FOUND")
        #expect(office.service.requests.isEmpty)
        #expect(try office.post(persisted(Self.hash), accept: "application/graphql-response+json").status == 400)
        // Then with the text, and from then on the hash is enough: by POST and by GET.
        #expect(try office.post(persisted(Self.hash, query: Self.text)).status == 200)
        #expect(try office.post(persisted(Self.hash)).body == #"{"data":{}}"#)
        #expect(
            try office.get(
                "/graphql?extensions=%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22\(Self.hash)%22%7D%7D"
            ).body == #"{"data":{}}"#)
        #expect(office.service.requests.count == 3)
        #expect(lastText(office) == Self.text)
        #expect(office.service.requests.last?.request.isReadOnly == true)
        #expect(try office.post(#"{"documentId":"sha256:\#(Self.hash)"}"#).body == #"{"data":{}}"#)
    }

    @Test func aHashMustBeThatOfTheText() async throws {
        let office = try await Office.office()
        let answer = try office.post(persisted(Self.hash, query: "{ other }"))
        #expect(answer.status == 400)
        #expect(try code(answer) == "BAD_INPUT")
        #expect(office.service.requests.isEmpty)
        #expect(try message(try office.post(persisted(Self.hash))) == "PersistedQueryNotFound")
    }

    @Test(arguments: [
        #"{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"HASH"}}}"#,
        #"{"extensions":{"persistedQuery":{"sha256Hash":"HASH"}}}"#,
        #"{"extensions":{"persistedQuery":{"version":1}}}"#,
        #"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":7}}}"#,
        #"{"extensions":{"persistedQuery":"HASH"}}"#,
        #"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"abc"}}}"#,
        #"{"query":"{ a }","extensions":{"persistedQuery":{"version":"1","sha256Hash":"HASH"}}}"#,
    ])
    func malformedOnes(body: String) async throws {
        let office = try await Office.office()
        let answer = try office.post(body.replacing("HASH", with: Self.hash))
        #expect(answer.status == 400)
        #expect(try code(answer) == "BAD_INPUT")
        #expect(office.service.requests.isEmpty)
    }

    @Test(
        arguments: [
            (.requestError(.syntaxError), false), (.requestError(.validationError), false),
            (.requestError(.limitExceeded), false), (.requestError(.badInput), true), (.data, true),
            (.nullData(.timeout), true),
        ] as [(GatewayResponse.Outcome, Bool)])
    func whatIsNoDocumentIsNotKept(outcome: GatewayResponse.Outcome, isKept: Bool) async throws {
        let office = try await Office.office()
        office.service.outcome = outcome
        _ = try office.post(persisted(Self.hash, query: Self.text))
        office.service.outcome = .data
        #expect((try message(try office.post(persisted(Self.hash))) == nil) == isKept)
    }

    @Test func aHashSaysNothingToViewersUnderOtherRules() async throws {
        let office = try await Office.office()
        _ = try office.post(persisted(Self.hash, query: Self.text), authorization: Office.token("owner"))
        #expect(
            try message(try office.post(persisted(Self.hash), authorization: Office.token("client")))
                == "PersistedQueryNotFound")
        #expect(try message(try office.post(persisted(Self.hash), authorization: Office.token("owner"))) == nil)
        #expect(
            try office.post(#"{"documentId":"sha256:\#(Self.hash)"}"#, authorization: Office.token("client")).body
                .contains("There is no document"))
    }

    @Test func theyCanBeSwitchedOff() async throws {
        let office = try await Office.office { $0.documents.automatic = false }
        let answer = try office.post(persisted(Self.hash))
        #expect(try message(answer) == "PersistedQueryNotSupported")
        #expect(answer.status == 200)
        // A text is a text, whatever comes with it; it is not kept.
        #expect(try office.post(persisted(Self.hash, query: Self.text)).body == #"{"data":{}}"#)
        #expect(try message(try office.post(persisted(Self.hash))) == "PersistedQueryNotSupported")
    }

    /// Its length alone says that the gateway will refuse it: no hash of it is made or compared.
    @Test(arguments: [false, true])
    func aDocumentThatIsTooLongIsNotHashed(onlyTrusted: Bool) async throws {
        let office = try await Office.office(documents: Self.trusted) {
            $0.limits[.body] = 4 << 20
            if onlyTrusted { $0.documents.only = .everybody }
        }
        let text = "{ a } " + String(repeating: "#", count: 1 << 20)
        for body in [persisted(Self.hash, query: text), #"{"query":"\#(text)"}"#] {
            _ = try office.post(body)
            #expect(office.service.requests.last?.request.query.count == text.utf8.count)
        }
        #expect(office.service.requests.count == 2)
    }

    // MARK: Trusted documents

    @Test(arguments: ["Version", "my-own-id", "sha256:\(hash)"])
    func aDocumentByItsID(id: String) async throws {
        let office = try await Office.office(documents: Self.trusted)
        let body = #"{"documentId":"\#(id)","query":null,"operationName":"Q","variables":{"n":1},"extensions":{}}"#
        #expect(try office.post(body).body == #"{"data":{}}"#)
        #expect(lastText(office) == (id == "my-own-id" ? "query Other { a }" : Self.text))
        #expect(office.service.requests.last?.request.operationName == "Q")
        #expect(try office.get("/graphql?documentId=\(id)&variables=%7B%22n%22%3A1%7D").body == #"{"data":{}}"#)
        #expect(office.service.requests.last?.request.variables == [JSONMember(key: "n", value: .number("1"))])
        #expect(office.service.requests.last?.request.isReadOnly == true)
    }

    @Test func apollosClientFindsThemByTheirManifestsID() async throws {
        let office = try await Office.office(documents: Self.trusted) { $0.documents.automatic = false }
        #expect(try office.post(persisted(Self.hash)).body == #"{"data":{}}"#)
        #expect(try office.post(persisted("my-own-id")).body == #"{"data":{}}"#)
        #expect(lastText(office) == "query Other { a }")
        #expect(try office.post(persisted("my-own-id", query: Self.text)).status == 400)
    }

    @Test func unknownAndContradictoryIDs() async throws {
        let office = try await Office.office(documents: Self.trusted)
        let unknown = try office.post(#"{"documentId":"Versio"}"#, accept: "application/graphql-response+json")
        #expect(unknown.status == 400)
        #expect(try code(unknown) == "NOT_FOUND")
        #expect(!unknown.body.contains("Version"), "ids of others are not suggested")
        #expect(try office.post(#"{"documentId":"Version","query":"{ a }"}"#).status == 400)
        #expect(try office.post(#"{"documentId":7}"#).status == 400)
        #expect(try office.get("/graphql?documentId=Version&query=%7Ba%7D").status == 400)
        #expect(office.service.requests.isEmpty)
    }

    @Test(arguments: [true, false])
    func whoMayRunNothingElse(everybody: Bool) async throws {
        let office = try await Office.office(documents: Self.trusted) {
            $0.documents.only = everybody ? .everybody : .roles([.init(name: "client", range: .none)])
        }
        let client = Office.token("client")
        for body in [
            #"{"query":"{ other }"}"#, persisted(Self.hash.replacing("a", with: "b")),
            persisted(DocumentHash(of: Array("{ other }".utf8)).hex, query: "{ other }"),
        ] {
            for accept in ["application/json", "application/graphql-response+json"] {
                let answer = try office.post(body, accept: accept, authorization: client)
                #expect(answer.status == 403)
                #expect(try code(answer) == "FORBIDDEN")
            }
        }
        #expect(try office.get("/graphql?query=%7Bother%7D", fields: "Authorization: \(client)\r\n").status == 403)
        #expect(office.service.requests.isEmpty)
        // What is known may be sent in full too: it is the same document.
        for body in [
            #"{"documentId":"Version"}"#, #"{"query":"\#(Self.text)"}"#, persisted(Self.hash),
            persisted(Self.hash, query: Self.text),
        ] {
            #expect(try office.post(body, authorization: client).status == 200, "\(body)")
        }
        #expect(office.service.requests.count == 4)
        #expect(
            try office.post(#"{"query":"{ other }"}"#, authorization: Office.token("owner")).status
                == (everybody ? 403 : 200))
    }

    @Test func whatOthersHaveSentIsNotTrusted() async throws {
        let office = try await Office.office(documents: Self.trusted) {
            $0.documents.only = .roles([.init(name: "client", range: .none)])
        }
        let other = DocumentHash(of: Array("{ other }".utf8)).hex
        #expect(
            try office.post(persisted(other, query: "{ other }"), authorization: Office.token("owner")).status == 200)
        #expect(try office.post(persisted(other), authorization: Office.token("client")).status == 403)
        #expect(
            try code(try office.post(#"{"documentId":"sha256:\#(other)"}"#, authorization: Office.token("client")))
                == "NOT_FOUND")
    }

    @Test func withoutDocumentsNobodyMayRunAnything() async throws {
        let office = try await Office.office { $0.documents.only = .everybody }
        #expect(try office.post().status == 403)
        #expect(try office.post(#"{"query":""}"#).status == 403)
    }
}
